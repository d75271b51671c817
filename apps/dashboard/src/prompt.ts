import type { FrozenPayload } from '@kieq/queue';

/** The words of a request, where its model takes any. */
export function promptOf(payload: FrozenPayload | undefined): string | undefined {
  const prompt = payload?.request.input['prompt'];
  return typeof prompt === 'string' ? prompt : undefined;
}
