import { testRedis } from '@kieq/testkit';
import { ownCpuUs } from '../process-cpu.ts';
import { costBetween, redisTotals, type RedisCost } from '../redis-cost.ts';
import { partOf, type Setting } from '../setting.ts';
import { median, medianOf, rounded } from '../statistics.ts';
import { openSide, type Side, type SideName } from './sides.ts';

const ROUNDS = 7;
const TOGETHER = 64;
const BATCH = 1000;
/** Operations before those that count: scripts are loaded and code is compiled. */
const WARM_UP = 500;

/** One way to put generations into the queue. */
interface Way {
  readonly operation: string;
  readonly count: number;
  readonly put: (side: Side, numbers: readonly number[]) => Promise<void>;
}

const WAYS: readonly Way[] = [
  { operation: 'one at a time', count: 3000, put: putInTurn },
  { operation: `${TOGETHER} at once`, count: 10_000, put: putTogether },
  { operation: `${BATCH} in one call`, count: 20_000, put: putInBatches },
];

type Round = RedisCost & { readonly perSecond: number; readonly clientUs: number };

/**
 * The producer compared with BullMQ's own `add` and `addBulk` with the same job data and options. Both take turns in rounds,
 * each beginning every other one, so that neither has the quieter machine; the figures are medians of the rounds.
 */
export async function* benchEnqueue({ redisUrl, share }: Setting): AsyncGenerator<object> {
  const url = await redisUrl();
  for (const way of WAYS) {
    const scaled = { ...way, count: partOf(way.count, share, way.count >= BATCH * 10 ? BATCH : 100) };
    const kieq: Round[] = [];
    const bare: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const order: readonly SideName[] = round % 2 === 0 ? ['kieq', 'bare'] : ['bare', 'kieq'];
      for (const side of order) (side === 'kieq' ? kieq : bare).push(await runRound(url, side, scaled));
    }
    yield rowOf(scaled, kieq, bare);
  }
}

async function runRound(redisUrl: string, name: SideName, { count, put }: Way): Promise<Round> {
  const redis = await testRedis(redisUrl, `bench-enqueue-${name}`);
  const side = await openSide(name, { redisUrl, prefix: redis.prefix });
  try {
    await put(side, numbersFrom(0, WARM_UP));
    const numbers = numbersFrom(WARM_UP, count);
    const [before, cpuBefore, startedAt] = [await redisTotals(redis.client), ownCpuUs(), performance.now()];
    await put(side, numbers);
    const elapsedMs = performance.now() - startedAt;
    const clientUs = (ownCpuUs() - cpuBefore) / count;
    const cost = costBetween(before, await redisTotals(redis.client), count);
    return { ...cost, clientUs, perSecond: (count * 1000) / elapsedMs };
  } finally {
    await side.close();
    await redis.cleanup();
  }
}

function rowOf({ operation, count }: Way, kieq: readonly Round[], bare: readonly Round[]): object {
  const [ours, theirs] = [medianOf(kieq, 'perSecond'), medianOf(bare, 'perSecond')];
  return {
    operation,
    count,
    rounds: ROUNDS,
    kieqPerSecond: Math.round(ours),
    barePerSecond: Math.round(theirs),
    ratio: rounded(ours / theirs, 3),
    cpuRatio: rounded(cpuUsOf(bare) / cpuUsOf(kieq), 3),
    kieqRedisUs: rounded(medianOf(kieq, 'redisUs')),
    bareRedisUs: rounded(medianOf(bare, 'redisUs')),
    kieqScriptUs: rounded(medianOf(kieq, 'scriptUs')),
    bareScriptUs: rounded(medianOf(bare, 'scriptUs')),
    kieqClientUs: rounded(medianOf(kieq, 'clientUs')),
    bareClientUs: rounded(medianOf(bare, 'clientUs')),
    kieqBytesIn: Math.round(medianOf(kieq, 'bytesIn')),
    bareBytesIn: Math.round(medianOf(bare, 'bytesIn')),
  };
}

/** Of client and Redis together. */
function cpuUsOf(rounds: readonly Round[]): number {
  return median(rounds.map(({ redisUs, clientUs }) => redisUs + clientUs));
}

async function putInTurn(side: Side, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await side.one(number);
}

/** This many callers, each with its next request as soon as the one before is acknowledged. */
async function putTogether(side: Side, numbers: readonly number[]): Promise<void> {
  const rest = numbers.values();
  const caller = async (): Promise<void> => {
    for (const number of rest) await side.one(number);
  };
  await Promise.all(Array.from({ length: TOGETHER }, caller));
}

async function putInBatches(side: Side, numbers: readonly number[]): Promise<void> {
  for (let i = 0; i < numbers.length; i += BATCH) await side.many(numbers.slice(i, i + BATCH));
}

function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
