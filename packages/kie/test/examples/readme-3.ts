import { verifyWebhook, type KieClient } from '@kieq/kie';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** @param headers of Node's request @param key the webhook key of the account at Kie */
export async function receive(kie: KieClient, headers: Headers, body: string, key: string): Promise<number> {
  const check = verifyWebhook({ headers, body, key, nowMs: Date.now() });
  if (!check.ok) return 401; // check.reason: no_task_id, missing_header, bad_timestamp, stale, bad_signature
  const answer = await kie.recordInfo(check.taskId);
  if (answer.kind === 'verdict') console.log(check.taskId, answer.verdict.resultUrls);
  return 200;
}
