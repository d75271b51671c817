import { AS_SENT, checkRequest, ledgerFields, vehicleId } from '@kieq/queue';
import { describe, test } from 'vitest';
import { testRequest } from '../../src/index.ts';
import { charges, openPool } from './support.ts';

const ID = 'gen_0000000001';

/** What a caller sent for the request with this prompt. */
const sentFor = (prompt: string) => ({ model: 'a model', input: { prompt }, easy: { seconds: 5 } });

describe.concurrent('a request whose hash covers what the caller sent', () => {
  // @guarantee G1
  test('is sent as it was mapped, once for all repetitions', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'mapped');
    const item = {
      request: testRequest('mapped'),
      options: { idempotencyKey: 'mapped' },
      [AS_SENT]: sentFor('mapped'),
    };
    const otherwise = { ...item, request: testRequest('mapped by a newer version') };
    const conflict = { ...item, [AS_SENT]: sentFor('another') };
    const [first, again, other] = await pool.producer.enqueueMany([item, otherwise, conflict]);
    if (first?.ok !== true || again?.ok !== true) throw new Error('the request is refused');
    expect(first.handle.created).toBe(true);
    expect(again.handle).toMatchObject({ id: first.handle.id, created: false });
    expect(other).toMatchObject({ ok: false, error: { code: 'idempotency_conflict' } });
    await pool.recordWhen(first.handle.id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ mapped: 1 });
  });

  // @guarantee G2
  test('gets a vehicle where its producer crashed between record and job', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'mapped-crash', { timings: { vehicleCheckMs: 200 } });
    const checked = checkRequest(testRequest('crash'), {}, () => ID, sentFor('crash'));
    if (!checked.ok) throw new Error('the test request is refused');
    await pool.ledger.create({ ...ledgerFields(checked.value), vehicle: vehicleId(ID, 1), vehicleCheckMs: 200 });
    await pool.recordWhen(ID, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ crash: 1 });
  });
});
