import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  callRedis,
  follow,
  startPool,
  startReplicaPair,
  startTcpProxy,
  type ReplicaPair,
  type TcpProxy,
} from '../../src/index.ts';
import { charges, one } from './support.ts';

let pair: ReplicaPair;
/** The address under which everybody knows the primary, wherever it is. */
let address: TcpProxy;
beforeAll(async () => {
  pair = await startReplicaPair();
  address = await startTcpProxy({ host: '127.0.0.1', port: pair.primary.port });
});
afterAll(async () => {
  await address.close();
  await Promise.all([pair.primary.stop(), pair.replica.stop()]);
});

// @guarantee G1
test('the primary becomes a replica while Kie answers: a client that gets READONLY resolves the address again', async ({
  onTestFinished,
}) => {
  const { primary: demoted, replica: promoted } = pair;
  const redisUrl = `redis://127.0.0.1:${address.port}`;
  const pool = await startPool({ redisUrl, name: 'read-only', settings: { submitTimeoutMs: 20_000 } });
  onTestFinished(() => pool.stop());
  pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
  const id = await one(pool, 'open');
  await pool.simulator.waitUntil(({ held }) => held === 1);
  // What the replica has not got would be lost with the old primary.
  const { client, prefix } = pool.redis;
  await client.set(`${prefix}:replicated`, '1');
  expect(await client.call('WAIT', 1, 10_000)).toBe(1);

  await callRedis(promoted, (call) => call('REPLICAOF', 'NO', 'ONE'));
  await follow(demoted, promoted);
  await expect(pool.enqueue('refused')).rejects.toMatchObject({ code: 'redis_refused' });
  pool.simulator.release();
  await pool.simulator.waitUntil(({ delivered }) => delivered === 1);
  address.leadTo({ host: '127.0.0.1', port: promoted.port });

  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const later = await one(pool, 'later');
  await pool.recordWhen(later, ({ state }) => state === 'succeeded');
  expect(charges(pool)).toEqual({ open: 1, later: 1 });
});
