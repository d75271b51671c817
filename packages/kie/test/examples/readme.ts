import { createKieClient, validateCreateRequest } from '@kieq/kie';

const kie = createKieClient({ apiKey: 'your key' });

const checked = validateCreateRequest(body); // { ok, request } or { ok, problems }, all problems together
if (!checked.ok) throw new Error(checked.problems.map((p) => `${p.field} ${p.rule}`).join('; '));

const deadline = performance.now() + 5_000;
const answer = await kie.createTask(checked.request, {
  sendDeadline: () => performance.now() < deadline,
  timeoutMs: 20_000,
});
if (answer.class === 'accepted' && answer.taskId !== undefined) {
  console.log(await kie.recordInfo(answer.taskId, { permit: () => budget.take() }));
}
await kie.close(); // waits for running calls, then closes the pooled connections

declare const body: unknown;
declare const budget: { take(): Promise<void> };
