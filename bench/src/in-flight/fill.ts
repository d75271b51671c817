import { mintAttemptToken, vehicleId } from '@kieq/queue';
import { testRequest, until, type ProcessPool } from '@kieq/testkit';
import { createTask } from '../kie-calls.ts';

const BATCH = 500;
/** How long their polls sleep; those that are to be polled are pulled forward. */
const HOUR_MS = 3_600_000;
/** Time over which their polls are spread. */
const SPREAD_MS = HOUR_MS;
const TIMES = { sendBeforeMs: 60_000, leaseGraceMs: 60_000, uploadFreshMs: HOUR_MS } as const;
/** In the prompt of every task in flight: the simulator never ends these. */
export const FLYING = 'flying';

/** A task in flight: the job that will poll it. */
export interface Flying {
  readonly vehicle: string;
}

/** Which tasks are brought into flight. */
interface Flight {
  /** Number of the first one. */
  readonly first: number;
  readonly count: number;
  /** This many of them are known to the simulator and can be polled; the others only sleep. */
  readonly real: number;
}

/** Brings this many more tasks into flight by the ledger's own transitions. Returns those that can be polled. */
export async function fly(pool: ProcessPool, kieUrl: string, { first, count, real }: Flight): Promise<Flying[]> {
  const flying: Flying[] = [];
  const account = (await pool.ledger.settings.stored())['accountFingerprint'] ?? '';
  for (let made = 0; made < count; made += BATCH) {
    const prompts = Array.from({ length: Math.min(BATCH, count - made) }, (_, i) => `${FLYING} ${first + made + i}`);
    const ids = await pool.enqueue(prompts);
    const taken = ids.map((id, i) => {
      const prompt = prompts[i] ?? '';
      return takeOff(pool, { id, account, prompt, kieUrl: made + i < real ? kieUrl : undefined });
    });
    const flown = await Promise.all(taken);
    await pool.queues.poll.addBulk(
      flown.map(({ id, vehicle, delayMs }) => ({
        name: 'poll',
        data: { v: 1, generation: id },
        opts: { jobId: vehicle, delay: delayMs },
      })),
    );
    // Their first jobs are done: a worker would only find out that they are no vehicles any more.
    await Promise.all(ids.map((id) => pool.queues.submit.remove(vehicleId(id, 1))));
    flying.push(...flown.slice(0, Math.max(0, real - made)));
  }
  return flying;
}

interface TakeOff {
  readonly id: string;
  readonly account: string;
  readonly prompt: string;
  /** Undefined: it will not be polled. */
  readonly kieUrl: string | undefined;
}

interface Flown extends Flying {
  readonly id: string;
  readonly delayMs: number;
}

async function takeOff({ ledger }: ProcessPool, { id, account, kieUrl, prompt }: TakeOff): Promise<Flown> {
  const { hash: tokenHash } = mintAttemptToken();
  await until(
    () => ledger.admit({ id, tokenHash, vehicle: vehicleId(id, 1), account, worker: 'bench', ...TIMES }),
    ({ kind }) => kind === 'admitted',
    60_000,
  );
  const taskId = kieUrl === undefined ? `task-${id}` : await createTask(kieUrl, prompt);
  const delayMs = HOUR_MS + Math.round(Math.random() * SPREAD_MS);
  const times = { latencyMs: 1, pollDelayMs: delayMs, vehicleCheckMs: HOUR_MS };
  const reply = await ledger.accept({ id, tokenHash, taskId, adopted: false, ...times });
  if (reply.kind !== 'accepted') throw new Error(`not accepted: ${reply.kind}`);
  return { id, vehicle: reply.vehicle, delayMs };
}

/** A request whose task ends soon, of a kind of its own, of which the pool has learned that. */
export function queuedRequest(number: number): ReturnType<typeof testRequest> {
  const { model, input } = testRequest(`queued ${number}`);
  return { model, input: { ...input, duration: '10' } };
}

/** Puts this many more generations into the queue, in large calls. */
export async function queueUp({ producer }: ProcessPool, first: number, count: number): Promise<void> {
  for (let made = 0; made < count; made += BATCH) {
    const size = Math.min(BATCH, count - made);
    const items = Array.from({ length: size }, (_, i) => ({ request: queuedRequest(first + made + i) }));
    for (const item of await producer.enqueueMany(items)) if (!item.ok) throw item.error;
  }
}

/** Makes the polls of these due now. */
export async function pullForward({ queues }: ProcessPool, flying: readonly Flying[]): Promise<void> {
  for (const { vehicle } of flying) {
    const job = await queues.poll.getJob(vehicle);
    await job?.promote();
  }
}
