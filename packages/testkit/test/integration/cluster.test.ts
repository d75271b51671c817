import { createHash } from 'node:crypto';
import { ACCOUNT_RULE, ASKER_RULE, createThrottle } from '@kieq/redis';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  startPool,
  startRedisCluster,
  testRedis,
  uniquePrefix,
  until,
  type PoolFixture,
  type RedisCluster,
} from '../../src/index.ts';
import { charges, inState, numbered, one } from './support.ts';

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
async function nodesInUse({ redis: { client, prefix } } = pool): Promise<string[]> {
  if (!(client instanceof Cluster)) throw new Error('not a Cluster');
  const nodes = client.nodes('master');
  const keys = await Promise.all(nodes.map((node) => node.keys(`${prefix.replaceAll('-', '?')}*`)));
  return nodes.filter((_, i) => keys[i]?.length !== 0).map(({ options }) => String(options.port));
}

// @guarantee G2
test('a whole generation on a Cluster, all of it on one node', async () => {
  const id = await one(pool, 'on a Cluster');
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  expect(charges(pool)).toEqual({ 'on a Cluster': 1 });
  expect(await nodesInUse()).toHaveLength(1);
});

test('wrong logins of an address and an account are counted together, on one node', async () => {
  const throttle = createThrottle({ redis: pool.redis.client, prefix: pool.redis.prefix });
  const subjects = [
    { name: 'address:192.0.2.7', rule: ASKER_RULE },
    { name: 'account:operator', rule: ACCOUNT_RULE },
  ];
  const turn = await throttle.turn(subjects, { isWrong: true, gone: new AbortController().signal });
  expect(turn).toEqual({ kind: 'answer' });
  const keys = await pool.redis.client.exists(
    ...subjects.map(
      ({ name }) => `${pool.redis.prefix}:guesses:${createHash('sha256').update(name).digest('base64url')}`,
    ),
  );
  expect(keys).toBe(2);
});

// @guarantee G2
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

/** A prefix for each node, whose slot lies there. */
async function prefixOnEachNode(): Promise<string[]> {
  const { client, cleanup } = await testRedis(cluster.url, 'slots');
  if (!(client instanceof Cluster)) throw new Error('not a Cluster');
  const share = Math.ceil(16_384 / cluster.nodes.length);
  const found = new Map<number, string>();
  while (found.size < cluster.nodes.length) {
    const prefix = uniquePrefix('shard');
    found.set(Math.floor((await client.cluster('KEYSLOT', prefix)) / share), prefix);
  }
  await cleanup();
  return [...found.values()];
}

test('a pool for each node: all three work at once, each on its own node, and none sees another one', async () => {
  const prefixes = await prefixOnEachNode();
  const pools = await Promise.all(
    prefixes.map((prefix) => startPool({ redisUrl: cluster.url, name: 'shard', prefix })),
  );
  onTestFinished(async () => {
    await Promise.all(pools.map((shard) => shard.stop()));
  });
  const prompts = pools.map((_, i) => numbered(`shard ${i}`, 20));
  await Promise.all(pools.map((shard, i) => shard.enqueue(...(prompts[i] ?? []))));
  await Promise.all(pools.map((shard) => inState(shard, 'succeeded', 20)));
  const nodes = await Promise.all(pools.map((shard) => nodesInUse(shard)));
  expect(nodes.map((used) => used.length)).toEqual([1, 1, 1]);
  expect(new Set(nodes.flat()).size).toBe(3);
  for (const [i, shard] of pools.entries())
    expect(charges(shard)).toEqual(Object.fromEntries((prompts[i] ?? []).map((prompt) => [prompt, 1])));
});
