import { TEST_KEY, testRequest } from '@kieq/testkit';
import { z } from 'zod';

const TIMEOUT_MS = 20_000;
const RATE_LIMITED = 429;

const created = z.object({
  code: z.number(),
  msg: z.string().optional(),
  data: z.object({ taskId: z.string() }).nullish(),
});
const record = z.object({ code: z.number(), data: z.object({ state: z.string() }).nullish() });

/** Kie refused a submission because of the account's limit. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited';
}

/**
 * createTask as the examples of the vendor do it. Returns the taskId.
 * @throws RateLimited, and Error for every other outcome without a task, a lost response included
 */
export async function createTask(kieUrl: string, prompt: string): Promise<string> {
  const answer = await fetch(`${kieUrl}/api/v1/jobs/createTask`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(testRequest(prompt)),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { code, msg, data } = created.parse(await answer.json());
  if (code === RATE_LIMITED) throw new RateLimited(msg);
  if (data === undefined || data === null) throw new Error(`createTask answered ${code}`);
  return data.taskId;
}

/** The task's state: `success`, `fail`, or that it goes on. */
export async function stateOf(kieUrl: string, taskId: string): Promise<string> {
  const answer = await fetch(`${kieUrl}/api/v1/jobs/recordInfo?taskId=${encodeURIComponent(taskId)}`, {
    headers: { authorization: `Bearer ${TEST_KEY}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { code, data } = record.parse(await answer.json());
  if (data === undefined || data === null) throw new Error(`recordInfo answered ${code}`);
  return data.state;
}
