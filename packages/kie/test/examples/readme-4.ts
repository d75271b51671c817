import { classifySubmit, createRedactor, type SubmitAnswer } from '@kieq/kie';

export function meaningOf(status: number, body: string, apiKey: string): SubmitAnswer {
  const answer = { kind: 'answer', status, headers: {}, body, latencyMs: 0 } as const;
  return classifySubmit(answer, createRedactor(apiKey), Date.now());
}
