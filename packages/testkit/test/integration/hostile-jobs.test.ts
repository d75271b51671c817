import { jobGenerationId } from '@kieq/domain';
import { WORKED_QUEUES } from '@kieq/queue';
import { createLogger } from '@kieq/telemetry';
import type { Job } from 'bullmq';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startReceiver, testRequest, until, type PoolFixture } from '../../src/index.ts';
import { hostileJobs, type HostileJob } from '../fuzz/jobs.ts';
import { charges, numbered, one, openPool } from './support.ts';

/** The same jobs in every run; change it for other jobs. */
const SEED = 20_264;
const JOBS = 200;
const PATIENCE_MS = 60_000;
const PROPER = numbered('proper', 5);
const STATES = ['waiting', 'active', 'delayed', 'prioritized', 'waiting-children'] as const;

interface Written {
  readonly hostile: HostileJob;
  readonly job: Job;
}

/** Writes the job as its program would; undefined where BullMQ's own client refuses it. */
async function write({ queues, redis }: PoolFixture, hostile: HostileJob): Promise<Job | undefined> {
  const queue = queues[hostile.queue];
  const job = await queue.add(hostile.name, hostile.data, hostile.options).catch(() => undefined);
  // Where the id is taken, the job of a generation is written over.
  if (job?.id !== undefined && Object.keys(hostile.fields).length > 0)
    await redis.client.hset(queue.toKey(job.id), hostile.fields);
  return job;
}

async function writeAll(pool: PoolFixture, known: readonly string[]): Promise<Written[]> {
  const written: Written[] = [];
  for (const hostile of fc.sample(hostileJobs(known), { seed: SEED, numRuns: JOBS })) {
    const job = await write(pool, hostile);
    if (job !== undefined) written.push({ hostile, job });
  }
  expect(written.length, `seed ${SEED}`).toBeGreaterThan(JOBS / 2);
  return written;
}

/** Jobs that have not ended yet, by queue and state. */
async function left({ queues }: PoolFixture): Promise<Record<string, number>> {
  const counts = await Promise.all(
    WORKED_QUEUES.map(async (name) => {
      const found = await queues[name].getJobCounts(...STATES);
      return Object.entries(found).map(([state, count]): [string, number] => [`${name} ${state}`, count]);
    }),
  );
  return Object.fromEntries(counts.flat().filter(([, count]) => count > 0));
}

const nameSchema = z.looseObject({ v: z.literal(1), generation: z.string().startsWith('gen_') });

/** The reason that a job with this data must give; undefined for one that names a generation, which does nothing. */
function wrongReason({ queue, data }: HostileJob): RegExp | undefined {
  if (nameSchema.safeParse(data).success && !Reflect.has(Object(data), 'request')) return undefined;
  return queue === 'submit' ? /^dead letter invalid_request: .+ received / : new RegExp(`^not an? ${queue} job: `);
}

function shown(hostile: HostileJob): string {
  return `seed ${SEED}: ${fc.stringify(hostile).slice(0, 500)}`;
}

/** Jobs that are kept, since their options and fields are all right, and give no reason for their failure. */
async function toldWrongly(pool: PoolFixture, written: readonly Written[]): Promise<unknown[]> {
  const plain = written.filter(({ hostile }) => Object.keys({ ...hostile.options, ...hostile.fields }).length === 0);
  expect(plain.length).toBeGreaterThan(JOBS / 5);
  const wrong: unknown[] = [];
  for (const { hostile, job } of plain) {
    const reason = (await pool.queues[hostile.queue].getJob(job.id ?? ''))?.failedReason;
    if (wrongReason(hostile)?.test(reason ?? '') === false) wrong.push([shown(hostile), reason]);
  }
  return wrong;
}

/** Jobs of `submit` that are no name and have no dead letter. */
async function withoutDeadLetter({ ledger }: PoolFixture, written: readonly Written[]): Promise<unknown[]> {
  const missing: unknown[] = [];
  for (const { hostile, job } of written) {
    const isElsewhere = 'timestamp' in hostile.options || 'deduplication' in hostile.options;
    if (hostile.queue !== 'submit' || isElsewhere || wrongReason(hostile) === undefined) continue;
    const record = await ledger.read.generation(jobGenerationId('unreadable', job.id ?? '', job.timestamp));
    if (record?.deadLetter?.class !== 'invalid_request' || record.attempts.length > 0)
      missing.push([shown(hostile), record]);
  }
  return missing;
}

// @guarantee G1
test(
  'hundreds of hostile jobs in every queue end, cost nothing, and block no other job',
  { timeout: 180_000 },
  async (context) => {
    const log: string[] = [];
    const destination = { write: (line: string) => void log.push(line) };
    const logger = createLogger({ name: 'worker', level: 'error', destination });
    const pool = await openPool(context, 'hostile-jobs', { workers: 0, logger, worker: { archiveMode: 'wait' } });
    const receiver = await startReceiver();
    context.onTestFinished(() => receiver.stop());
    const enqueue = (prompt: string) => pool.producer.enqueue(testRequest(prompt), { callBackUrl: receiver.url });
    const known = (await Promise.all(PROPER.map(enqueue))).map(({ id }) => id);
    const written = await writeAll(pool, known);
    await pool.addWorker();
    for (const id of known) await pool.recordWhen(id, ({ state }) => state === 'succeeded', PATIENCE_MS);
    await until(
      () => left(pool),
      (counts) => Object.keys(counts).length === 0,
      PATIENCE_MS,
    );
    await pool.recordWhen(await one(pool, 'after all'), ({ state }) => state === 'succeeded', PATIENCE_MS);
    await until(
      () => receiver.received.length,
      (calls) => calls === known.length,
      PATIENCE_MS,
    );
    expect(charges(pool)).toEqual(Object.fromEntries([...PROPER, 'after all'].map((prompt) => [prompt, 1])));
    expect(pool.simulator.ledger.submissions()).toHaveLength(PROPER.length + 1);
    expect(await toldWrongly(pool, written)).toEqual([]);
    expect(await withoutDeadLetter(pool, written)).toEqual([]);
    expect(log).toEqual([]);
  },
);
