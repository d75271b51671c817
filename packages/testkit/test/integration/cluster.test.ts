import { Cluster } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startPool, startRedisCluster, until, type PoolFixture, type RedisCluster } from '../../src/index.ts';
import { charges, one } from './support.ts';

let cluster: RedisCluster;
let pool: PoolFixture;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  pool = await startPool({ redisUrl: cluster.url, name: 'cluster', settings: { submitTimeoutMs: 20_000 } });
  return () => pool.stop();
});

/** The nodes that have keys of the pool. */
async function nodesInUse(): Promise<string[]> {
  const { client, prefix } = pool.redis;
  if (!(client instanceof Cluster)) throw new Error('not a Cluster');
  const nodes = client.nodes('master');
  const keys = await Promise.all(nodes.map((node) => node.keys(`${prefix.replaceAll('-', '?')}*`)));
  return nodes.filter((_, i) => keys[i]?.length !== 0).map(({ options }) => String(options.port));
}

test('a whole generation on a Cluster, all of it on one node', async () => {
  const id = await one(pool, 'on a Cluster');
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  expect(charges(pool)).toEqual({ 'on a Cluster': 1 });
  expect(await nodesInUse()).toHaveLength(1);
});

test('the node of the pool is away while Kie answers: a clear error for callers, and nothing is lost', async () => {
  pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
  const id = await one(pool, 'open');
  await pool.simulator.waitUntil(({ held }) => held === 1);
  const [port] = await nodesInUse();
  const node = cluster.nodes.find((server) => String(server.port) === port);
  if (node === undefined) throw new Error(`no node on port ${port}`);
  process.kill(node.pid, 'SIGKILL');
  await expect(pool.enqueue('meanwhile')).rejects.toMatchObject({ code: 'redis_unavailable' });
  pool.simulator.release();
  await pool.simulator.waitUntil(({ delivered }) => delivered === 1);
  await node.restart();

  // A Cluster answers CLUSTERDOWN until it has taken the node back.
  await until(
    () => pool.ledger.read.generation(id).catch(() => undefined),
    ({ state }) => state === 'succeeded',
  );
  expect(charges(pool)['open']).toBe(1);
});
