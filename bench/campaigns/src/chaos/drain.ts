import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ProcessPool } from '@kieq/testkit';
import { isShown } from './shown.ts';
import type { World } from './world.ts';

/** What has not ended yet; all zero when a campaign has come to rest. */
export type Unrest = Readonly<Record<string, number>>;

const LOOK_EVERY_MS = 250;
const TELL_EVERY_MS = 15_000;

/**
 * Faults stop, everybody is there again, and everything may end. Returns what did not within the profile's patience.
 * @param say gets what is still missing from time to time
 */
export async function drain(
  world: World,
  say: (text: string) => void,
): Promise<{ readonly unrest: Unrest; readonly ms: number }> {
  const { pool, fleet, hooks, redisLink, profile } = world;
  pool.simulator.clearFaults();
  hooks.calmDown();
  redisLink.delay(0);
  await Promise.all([pool.queues.submit.resume(), pool.queues.poll.resume(), pool.queues.notify.resume()]);
  await fleet.wakeAll();
  const startedMs = performance.now();
  let toldMs = 0;
  for (;;) {
    // Those that were stuck for good end as well: a campaign does not wait a day.
    pool.simulator.finish();
    const unrest = await poll(world);
    const ms = performance.now() - startedMs;
    if (Object.keys(unrest).length === 0 || ms > profile.patienceMs) return { unrest, ms: Math.round(ms) };
    if (ms - toldMs > TELL_EVERY_MS) {
      toldMs = ms;
      say(`after ${Math.round(ms / 1000)} s not at rest: ${JSON.stringify(unrest)}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** Counts that are not zero. */
async function poll({ pool }: World): Promise<Unrest> {
  const { ledger, queues } = pool;
  const { queued, submitting, unknown, generating, archiving } = await ledger.read.stateCounts();
  const [claims, deliveries, mirror, differing] = await Promise.all([
    claimsThatEnd(pool),
    ledger.redis.zcard(`${ledger.root}notices`),
    ledger.redis.scard(`${ledger.root}mirror`),
    mirrorDifference(pool),
  ]);
  const jobs: Record<string, number> = {};
  for (const name of ['submit', 'poll', 'notify'] as const) {
    const open = await queues[name].getJobs(['active', 'waiting', 'prioritized', 'delayed']);
    jobs[`jobs in ${name}`] = open.filter((job) => !isOfNoUse(pool, job.data)).length;
  }
  const ended = { claims, deliveries, mirror, 'mirror differs by': differing };
  const all = { queued, submitting, unknown, generating, archiving, ...ended, ...jobs };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}

/** What a sweeper that was struck wrote late is corrected when its part of the queue is compared. */
async function mirrorDifference({ ledger, queues }: ProcessPool): Promise<number> {
  const [counts, shown] = await Promise.all([ledger.read.deadLetterCounts(), queues['dead-letter'].count()]);
  return Math.abs(Object.values(counts).reduce((sum, count) => sum + count, 0) - shown);
}

/**
 * Generations with a claim that can be proved or refuted. A task that Kie never had, or never shows, is asked about for
 * 24 h, since Kie may be late: it is not waited for.
 */
async function claimsThatEnd({ ledger, simulator }: ProcessPool): Promise<number> {
  const records = await ledger.read.generations(await ledger.redis.zrange(`${ledger.root}claims`, '0', '-1'));
  return records.filter((record) => record?.claims?.some(({ taskId }) => isJudged(simulator, taskId))).length;
}

function isJudged({ ledger }: ProcessPool['simulator'], taskId: string): boolean {
  const found = ledger.task(taskId);
  return found !== undefined && isShown(found);
}

const claimJob = z.object({ claim: z.string() });

function isOfNoUse({ simulator }: ProcessPool, data: unknown): boolean {
  const parsed = claimJob.safeParse(data);
  return parsed.success && !isJudged(simulator, parsed.data.claim);
}
