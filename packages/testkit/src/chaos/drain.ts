import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from './world.ts';

/** What has not ended yet; all zero when a campaign has come to rest. */
export type Unrest = Readonly<Record<string, number>>;

const LOOK_EVERY_MS = 250;

/** Faults stop, everybody is there again, and everything may end. Returns what did not within the profile's patience. */
export async function drain(world: World): Promise<{ readonly unrest: Unrest; readonly ms: number }> {
  const { pool, fleet, hooks, redisLink, profile } = world;
  pool.simulator.clearFaults();
  hooks.calmDown();
  redisLink.delay(0);
  await Promise.all([pool.queues.submit.resume(), pool.queues.poll.resume(), pool.queues.notify.resume()]);
  await fleet.wakeAll();
  const startedMs = performance.now();
  for (;;) {
    // Those that were stuck for good end as well: nobody waits a day here.
    pool.simulator.finish();
    const unrest = await look(world);
    const ms = performance.now() - startedMs;
    if (Object.keys(unrest).length === 0 || ms > profile.patienceMs) return { unrest, ms: Math.round(ms) };
    await sleep(LOOK_EVERY_MS);
  }
}

/** Counts that are not zero. */
async function look({ pool }: World): Promise<Unrest> {
  const { ledger, queues } = pool;
  const { queued, submitting, unknown, generating, archiving } = await ledger.read.stateCounts();
  const [claims, notices, mirror] = await Promise.all([
    ledger.redis.zcard(`${ledger.root}claims`),
    ledger.redis.zcard(`${ledger.root}notices`),
    ledger.redis.scard(`${ledger.root}mirror`),
  ]);
  const jobs: Record<string, number> = {};
  for (const name of ['submit', 'poll', 'notify'] as const) {
    const counts = await queues[name].getJobCounts('active', 'waiting', 'prioritized', 'delayed');
    jobs[`jobs in ${name}`] = Object.values(counts).reduce((sum, count) => sum + count, 0);
  }
  const all = { queued, submitting, unknown, generating, archiving, claims, notices, mirror, ...jobs };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}
