import { createLedger } from '@kieq/ledger';
import { teach, testRedis, type TestRedis } from '@kieq/testkit';
import { costBetween, redisTotals, type RedisCost } from '../redis-cost.ts';
import { openLane, type Lane } from './lane.ts';
import { inPool, lanePrefix, type Recording, type Write } from './recording.ts';
import { LEARNED_MS } from './record.ts';

/** Pools that go the recorded way side by side: enough that Redis always finds work, whatever the client does. */
const LANES = 12;
/** More replies of another kind than this part: they did not go the recorded way. */
const MOST_DIFFERENT = 0.01;

/** What a generation costs a Redis that has nothing but work. */
export interface Saturated extends RedisCost {
  /** Of `redisUs`: until it is enqueued. */
  readonly enqueueRedisUs: number;
  /** CPU time of Redis ÷ time that passed: 1 is a whole core. */
  readonly busy: number;
  /** Part of the replies that were of another kind than the recorded ones. */
  readonly different: number;
}

interface LanePlace {
  readonly redis: TestRedis;
  readonly lane: Lane;
  readonly enqueue: readonly Write[];
  readonly work: readonly Write[];
}

/**
 * Sends a recording again, for several pools at once.
 * @throws Error when the pools did not go the recorded way: then the figures would say nothing
 */
export async function replay(redisUrl: string, recording: Recording): Promise<Saturated> {
  const lanes: LanePlace[] = [];
  try {
    for (let i = 0; i < LANES; i += 1) lanes.push(await laneOf(redisUrl, recording, i));
    return await play(lanes, recording);
  } finally {
    for (const { lane, redis } of lanes) {
      lane.close();
      await redis.cleanup();
    }
  }
}

async function laneOf(redisUrl: string, { prefix, ...recording }: Recording, number: number): Promise<LanePlace> {
  const own = lanePrefix(prefix, number);
  const redis = await testRedis(redisUrl, 'lane', own);
  await teach(createLedger({ redis: redis.client, prefix: own }), LEARNED_MS);
  const move = (writes: readonly Write[]): Write[] => writes.map((write) => inPool(write, prefix, own));
  const [enqueue, work] = [move(recording.enqueue), move(recording.work)];
  const connections = 1 + Math.max(...[...enqueue, ...work].map(({ connection }) => connection));
  const { hostname: host, port } = new URL(redisUrl);
  return { redis, enqueue, work, lane: await openLane({ host, port: Number(port) }, connections) };
}

async function play(lanes: readonly LanePlace[], { generations }: Recording): Promise<Saturated> {
  const [first] = lanes;
  if (first === undefined) throw new RangeError('at least one lane');
  const totals = (): Promise<RedisCost> => redisTotals(first.redis.client);
  const [before, startedAt] = [await totals(), performance.now()];
  const enqueued = await together(lanes, 'enqueue');
  const between = await totals();
  const worked = await together(lanes, 'work');
  const [after, elapsedMs] = [await totals(), performance.now() - startedAt];
  const different = (enqueued + worked) / (lanes.length * (repliesOf(first.enqueue) + repliesOf(first.work)));
  await demandEnds(lanes, generations, different);
  const all = generations * lanes.length;
  return {
    ...costBetween(before, after, all),
    enqueueRedisUs: costBetween(before, between, all).redisUs,
    busy: (after.redisUs - before.redisUs) / (elapsedMs * 1000),
    different,
  };
}

async function together(lanes: readonly LanePlace[], part: 'enqueue' | 'work'): Promise<number> {
  const different = await Promise.all(lanes.map((one) => one.lane.play(one[part])));
  return different.reduce((sum, count) => sum + count, 0);
}

function repliesOf(writes: readonly Write[]): number {
  return writes.reduce((sum, { replies }) => sum + replies, 0);
}

async function demandEnds(lanes: readonly LanePlace[], generations: number, different: number): Promise<void> {
  for (const { redis } of lanes) {
    const ledger = createLedger({ redis: redis.client, prefix: redis.prefix });
    const { succeeded } = await ledger.read.stateCounts();
    if (succeeded !== generations || different > MOST_DIFFERENT)
      throw new Error(
        `the replay did not go the recorded way: ${succeeded} of ${generations} succeeded in ${redis.prefix}, and ${(100 * different).toFixed(2)} % of the replies were of another kind`,
      );
  }
}
