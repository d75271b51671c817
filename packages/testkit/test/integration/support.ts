import { accountFingerprint } from '@kieq/config';
import { createKieClient, type KieClient } from '@kieq/kie';
import type { GenerationRecord } from '@kieq/ledger';
import { redriveClass, redriveOne, type RedriveOptions, type RedriveResult } from '@kieq/queue';
import type { DeadLetterClass, GenerationState } from '@kieq/domain';
import { inject } from 'vitest';
import { startPool, TEST_KEY, until, type PoolFixture, type PoolFixtureOptions } from '../../src/index.ts';

/** The part of Vitest's test context that cleans up. */
interface Finishing {
  readonly onTestFinished: (fn: () => Promise<void>) => void;
}

/** A pool that ends with its test. */
export async function openPool(
  { onTestFinished }: Finishing,
  name: string,
  options: Omit<PoolFixtureOptions, 'redisUrl' | 'name'> = {},
): Promise<PoolFixture> {
  const pool = await startPool({ redisUrl: inject('redisUrl'), name, ...options });
  onTestFinished(() => pool.stop());
  return pool;
}

/** A client with the pool's key, as the CLI has one; its connections end with the test. */
export function openKie({ onTestFinished }: Finishing, pool: PoolFixture): KieClient {
  const { url } = pool.simulator;
  const kie = createKieClient({ apiKey: TEST_KEY, baseUrl: url, uploadUrl: url });
  onTestFinished(() => kie.close());
  return kie;
}

/** Enqueues one request and gives its id. */
export async function one(pool: PoolFixture, prompt: string): Promise<string> {
  const [id = ''] = await pool.enqueue(prompt);
  return id;
}

export function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name} ${String(i).padStart(4, '0')}`);
}

export function records(pool: PoolFixture, ids: readonly string[]): Promise<GenerationRecord[]> {
  return Promise.all(ids.map(async (id) => (await pool.ledger.read.generation(id)) ?? fail(`no record of ${id}`)));
}

function fail(reason: string): never {
  throw new Error(reason);
}

/** Waits until this many generations are in the state. */
export function inState(
  pool: PoolFixture,
  state: GenerationState,
  count: number,
  timeoutMs?: number,
): Promise<unknown> {
  return until(
    () => pool.ledger.read.stateCounts(),
    (counts) => counts[state] === count,
    timeoutMs,
  );
}

export function redriveOptions(pool: PoolFixture, more: Partial<RedriveOptions> = {}): RedriveOptions {
  return { ledger: pool.ledger, queues: pool.queues, vehicleCheckMs: pool.timings.vehicleCheckMs, ...more };
}

export function redrive(pool: PoolFixture, id: string, more: Partial<RedriveOptions> = {}): Promise<RedriveResult> {
  return redriveOne(redriveOptions(pool, more), id);
}

export async function redriveAll(
  pool: PoolFixture,
  deadLetterClass: DeadLetterClass,
  more: Partial<RedriveOptions> = {},
): Promise<RedriveResult[]> {
  const results: RedriveResult[] = [];
  for await (const result of redriveClass({ ...redriveOptions(pool, more), perSecond: 1000 }, deadLetterClass))
    results.push(result);
  return results;
}

/** How many tasks that were not refunded each prompt has; what the money tests ask. */
export function charges(pool: PoolFixture): Record<string, number> {
  return Object.fromEntries(pool.simulator.ledger.chargesByPrompt());
}

/** The POSTs of one prompt. */
export function posts(pool: PoolFixture, prompt: string) {
  return pool.simulator.ledger.submissions().filter((entry) => entry.prompt === prompt);
}

export const ACCOUNT = accountFingerprint(TEST_KEY);

/** Removes the job for good: it may still have to be added, or be in a worker's hands for a moment. */
export async function removeVehicle(pool: PoolFixture, name: 'submit' | 'poll', vehicle: string): Promise<void> {
  const queue = pool.queues[name];
  await until(
    () => queue.getJob(vehicle),
    () => true,
  );
  await until(
    () => queue.remove(vehicle).then(() => queue.getJobState(vehicle)),
    (state) => state === 'unknown',
  );
}
