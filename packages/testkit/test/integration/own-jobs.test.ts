import { describe, test } from 'vitest';
import { charges, one, openPool } from './support.ts';

describe.concurrent('a job that a producer added', () => {
  test('goes by its record, whatever else it brings', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'own-jobs', { workers: 0 });
    const id = await one(pool, 'as acknowledged');
    const { submit } = pool.queues;
    const job = await submit.getJob(`${id}-1`);
    await job?.updateData({ ...job.data, request: { model: '', input: {} } });
    await pool.addWorker();
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ 'as acknowledged': 1 });
  });

  test('is validated as a whole where its record is gone', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'own-jobs', { workers: 0 });
    const id = await one(pool, 'without a record');
    const job = await pool.queues.submit.getJob(`${id}-1`);
    await job?.updateData({ ...job.data, request: { model: '', input: {} } });
    await pool.redis.client.unlink(`${pool.ledger.root}gen:${id}`);
    await pool.addWorker();
    await expect.poll(() => job?.getState(), { timeout: 5000 }).toBe('failed');
    expect(charges(pool)).toEqual({});
  });
});
