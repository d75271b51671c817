import { mintAttemptToken } from '@kieq/queue';
import { testRequest, type PoolFixture } from './pool.ts';
import { until } from './until.ts';

/** A generation that is `generating` as far as its pool knows; Kie never heard of it. */
export interface RunningTask {
  readonly id: string;
  readonly taskId: string;
  /** The secret of its attempt. */
  readonly token: string;
  /** Of its callback address, below the gateway. */
  readonly path: string;
}

/** Makes one whose poll sleeps for an hour; for pools without workers. */
export async function runningTask({ producer, ledger, queues }: PoolFixture, prompt = 'runs'): Promise<RunningTask> {
  const { id } = await producer.enqueue(testRequest(prompt));
  const { secret: token, hash: tokenHash } = mintAttemptToken();
  const account = (await ledger.settings.stored())['accountFingerprint'] ?? '';
  const times = { sendBeforeMs: 1000, leaseGraceMs: 1000, uploadFreshMs: 1000 };
  await until(
    () => ledger.admit({ id, tokenHash, vehicle: `${id}-1`, account, worker: 'testkit', ...times }),
    ({ kind }) => kind === 'admitted',
  );
  const taskId = `task-of-${id}`;
  const hourMs = 3_600_000;
  const answer = { latencyMs: 1, adopted: false, pollDelayMs: hourMs, vehicleCheckMs: hourMs };
  const reply = await ledger.accept({ id, tokenHash, taskId, ...answer });
  if (reply.kind !== 'accepted') throw new Error(`not accepted: ${reply.kind}`);
  await queues.poll.add('poll', { v: 1, generation: id }, { jobId: reply.vehicle, delay: hourMs });
  return { id, taskId, token, path: `/callbacks/kie/${id}/${token}` };
}
