import type { KieClient } from '@kieq/kie';
import type { Check, Seen } from './finding.ts';

/**
 * Requests that Kie refuses before it makes a task. They are made only where the paid clip may be made too: were a fact
 * wrong, such a request would be a task.
 */
export const REFUSED_CHECKS: readonly Check<{ readonly kie: KieClient }>[] = [
  {
    id: 'code-422',
    expected: 'createTask refuses an unknown model with 400 or 422',
    run: ({ kie }) => refused(kie, { model: 'kieq-verify/no-such-model', input: { prompt: 'x' } }, [400, 422]),
  },
  {
    id: 'validation-500',
    expected: 'createTask refuses an input without its fields with 422 or 500',
    run: ({ kie }) => refused(kie, { model: 'kling-2.6/image-to-video', input: {} }, [422, 500]),
  },
];

async function refused(
  kie: KieClient,
  request: { model: string; input: object },
  codes: readonly number[],
): Promise<Seen> {
  const answer = await kie.createTask(
    { model: request.model, input: { ...request.input } },
    { sendDeadline: () => true, timeoutMs: 60_000 },
  );
  const { code, msg } = answer.evidence;
  // That would be a task, and money.
  if (answer.class === 'accepted') return { holds: false, seen: `ACCEPTED as task ${answer.taskId ?? ''}` };
  if (!answer.answered) throw new Error(answer.evidence.summary);
  return { holds: codes.includes(code ?? 0), seen: `code ${code ?? 'none'}, msg ${JSON.stringify(msg ?? null)}` };
}
