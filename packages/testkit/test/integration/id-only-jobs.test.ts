import { keyedGenerationId } from '@kieq/domain';
import { checkRequest, ledgerFields, vehicleId } from '@kieq/queue';
import { describe, test } from 'vitest';
import { testRequest, until, type PoolFixture } from '../../src/index.ts';
import { charges, openPool } from './support.ts';

const ID = 'gen_0000000000';

/** A job as the version after this one may add it: it names its generation, and nothing else. */
async function addNaming(pool: PoolFixture, jobId = vehicleId(ID, 1)): Promise<void> {
  await pool.queues.submit.add('x', { v: 1, generation: ID }, { jobId, priority: 100 });
}

/** Makes the record that belongs to such a job, as the producer does. */
async function makeRecord({ ledger }: PoolFixture, prompt: string): Promise<void> {
  const checked = checkRequest(testRequest(prompt), {}, () => ID);
  if (!checked.ok) throw new Error('the test request is refused');
  await ledger.create({ ...ledgerFields(checked.value), vehicle: vehicleId(ID, 1), vehicleCheckMs: 60_000 });
}

/** No job has this id any more, in whatever state. */
function gone(pool: PoolFixture, jobId: string): Promise<unknown> {
  return until(
    () => pool.queues.submit.getJobState(jobId),
    (state) => state === 'unknown',
  );
}

const deadLetters = async ({ ledger }: PoolFixture): Promise<number> =>
  Object.values(await ledger.read.deadLetterCounts()).reduce((sum, count) => sum + count, 0);

describe.concurrent('a job that only names its generation', () => {
  // @guarantee G1
  test('is admitted from the record alone', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'id-only', { workers: 0 });
    await makeRecord(pool, 'from the record');
    await addNaming(pool);
    await pool.addWorker();
    await pool.recordWhen(ID, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ 'from the record': 1 });
  });

  // @guarantee G2
  test('waits for a record that comes right behind it', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'id-only');
    await addNaming(pool);
    await until(
      () => pool.queues.submit.getJobState(vehicleId(ID, 1)),
      (state) => state === 'delayed',
    );
    await makeRecord(pool, 'late record');
    await pool.recordWhen(ID, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ 'late record': 1 });
  });

  // @guarantee G1
  test.for([
    ['as a first vehicle', vehicleId(ID, 1)],
    ['as a later one, whose record is gone', vehicleId(ID, 2)],
    ['under an id of its own', 'by-hand'],
  ] as const)(
    'and has no record, %s: it ends, with no request, no dead letter and no record',
    async ([, jobId], context) => {
      const { expect } = context;
      const pool = await openPool(context, 'id-only');
      await addNaming(pool, jobId);
      await gone(pool, jobId);
      expect(pool.simulator.ledger.submissions()).toEqual([]);
      expect(await deadLetters(pool)).toBe(0);
      expect(await pool.ledger.read.generation(ID)).toBeUndefined();
      expect(await pool.queues['dead-letter'].getJobCountByTypes('waiting', 'prioritized')).toBe(0);
    },
  );

  test('leaves its id to the next enqueue of the same key', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'id-only');
    const id = keyedGenerationId('default', 'again');
    await pool.queues.submit.add('x', { v: 1, generation: id }, { jobId: vehicleId(id, 1) });
    await gone(pool, vehicleId(id, 1));
    const handle = await pool.producer.enqueue(testRequest('again'), { idempotencyKey: 'again' });
    expect(handle).toMatchObject({ id, created: true });
    expect(await handle.result({ timeoutMs: 10_000 })).toMatchObject({ state: 'succeeded' });
    expect(charges(pool)).toEqual({ again: 1 });
  });

  test('whose record is lost while it waits is dropped, and blocks no other job', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'id-only', { workers: 0 });
    await makeRecord(pool, 'lost');
    await addNaming(pool);
    await pool.redis.client.unlink(`${pool.ledger.root}gen:${ID}`);
    await pool.addWorker();
    const [other = ''] = await pool.enqueue('other');
    await pool.recordWhen(other, ({ state }) => state === 'succeeded');
    await gone(pool, vehicleId(ID, 1));
    expect(await deadLetters(pool)).toBe(0);
    expect(charges(pool)).toEqual({ other: 1 });
  });
});
