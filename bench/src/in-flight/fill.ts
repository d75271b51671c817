import { mintAttemptToken } from '@kieq/queue';
import { until, type ProcessPool } from '@kieq/testkit';
import { createTask } from '../kie-calls.ts';

const BATCH = 500;
/** Their polls sleep for so long; those that are to be looked at are pulled forward. */
const HOUR_MS = 3_600_000;
/** Over so long their polls are spread. */
const SPREAD_MS = HOUR_MS;
const TIMES = { sendBeforeMs: 60_000, leaseGraceMs: 60_000, uploadFreshMs: HOUR_MS } as const;

/** A task in flight: the job that will look at it. */
export interface Flying {
  readonly vehicle: string;
}

/** Brings so many more tasks into flight, at the simulator too, by the ledger's own transitions. */
export async function fly(pool: ProcessPool, kieUrl: string, first: number, count: number): Promise<Flying[]> {
  const flying: Flying[] = [];
  const account = (await pool.ledger.settings.stored())['accountFingerprint'] ?? '';
  for (let made = 0; made < count; made += BATCH) {
    const prompts = Array.from({ length: Math.min(BATCH, count - made) }, (_, i) => `flying ${first + made + i}`);
    const ids = await pool.enqueue(prompts);
    const taken = ids.map((id, i) => takeOff(pool, { id, account, kieUrl, prompt: prompts[i] ?? '' }));
    flying.push(...(await Promise.all(taken)));
    // Their jobs are done: a worker would only find out that they are no vehicles any more.
    await pool.queues.submit.obliterate({ force: true });
  }
  return flying;
}

interface TakeOff {
  readonly id: string;
  readonly account: string;
  readonly kieUrl: string;
  readonly prompt: string;
}

async function takeOff({ ledger, queues }: ProcessPool, { id, account, kieUrl, prompt }: TakeOff): Promise<Flying> {
  const { hash: tokenHash } = mintAttemptToken();
  await until(
    () => ledger.admit({ id, tokenHash, vehicle: `${id}-1`, account, worker: 'bench', ...TIMES }),
    ({ ok }) => ok === 'admitted',
    60_000,
  );
  const taskId = await createTask(kieUrl, prompt);
  const delayMs = HOUR_MS + Math.round(Math.random() * SPREAD_MS);
  const times = { latencyMs: 1, pollDelayMs: delayMs, vehicleCheckMs: HOUR_MS };
  const reply = await ledger.accept({ id, tokenHash, taskId, adopted: false, ...times });
  if (reply.ok !== 'accepted') throw new Error(`not accepted: ${reply.ok}`);
  await queues.poll.add('poll', { v: 1, generation: id }, { jobId: reply.vehicle, delay: delayMs });
  return { vehicle: reply.vehicle };
}

/** Makes the looks of these due now. */
export async function pullForward({ queues }: ProcessPool, flying: readonly Flying[]): Promise<void> {
  for (const { vehicle } of flying) {
    const job = await queues.poll.getJob(vehicle);
    await job?.promote();
  }
}
