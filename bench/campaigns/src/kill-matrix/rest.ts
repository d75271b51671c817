import { until } from '@kieq/testkit';
import type { Fleet } from './fleet.ts';
import type { Played } from './judge.ts';

const REST_MS = 180_000;
const MOVING = ['queued', 'submitting', 'unknown', 'generating', 'archiving'] as const;
const WORKED_ON = ['submit', 'poll', 'notify'] as const;

/**
 * Waits until nothing moves any more: every generation has ended or has an open dead letter, every caller is told.
 * @returns what does not come to rest
 */
export async function atRest(fleet: Fleet, played: readonly Played[]): Promise<string[]> {
  try {
    await until(
      async () => {
        await Promise.all(played.map(async ({ scenario, subject }) => scenario.whileResting?.(subject)));
        return movingParts(fleet);
      },
      (parts) => parts.length === 0,
      REST_MS,
      250,
    );
    return [];
  } catch {
    return (await movingParts(fleet)).map((part) => `does not come to rest: ${part}`);
  }
}

async function movingParts({ pool }: Fleet): Promise<string[]> {
  const { ledger, redis, queues } = pool;
  const [states, deliveries, deadLetters, claims, ...jobs] = await Promise.all([
    Promise.all(MOVING.map((state) => redis.client.zrangebyscore(`${ledger.root}state:${state}`, '-inf', '+inf'))),
    redis.client.zrangebyscore(`${ledger.root}notices`, '-inf', '+inf'),
    redis.client.smembers(`${ledger.root}mirror`),
    openClaims(pool),
    ...WORKED_ON.map((name) => queues[name].getJobs(['active', 'prioritized', 'wait'])),
  ]);
  return [
    ...MOVING.flatMap((state, i) => (states[i] ?? []).map((id) => `${id} is ${state}`)),
    ...deliveries.map((id) => `the callback of ${id} is pending`),
    ...claims.map((id) => `a claim of ${id} is open`),
    ...deadLetters.map((id) => `the letters of ${id} are not mirrored`),
    ...WORKED_ON.flatMap((name, i) => (jobs[i] ?? []).map((job) => `job ${job.id ?? ''} of ${name}`)),
  ];
}

/** Dead generations for which a callback named a real task: they may still get their video. */
async function openClaims({ ledger, redis, simulator }: Fleet['pool']): Promise<string[]> {
  const dead = await redis.client.zrangebyscore(`${ledger.root}state:dead`, '-inf', '+inf');
  const records = await ledger.read.generations(dead);
  const tasks = new Set(simulator.ledger.tasks().map(({ taskId }) => taskId));
  return records.flatMap((record) =>
    record?.claims?.some(({ taskId }) => tasks.has(taskId)) === true ? [record.id] : [],
  );
}
