import { quantile } from '@kieq/domain';
import { parseEnvironment } from '@kieq/config';
import type { Ledger } from '@kieq/ledger';
import { creditsLeft, meanCredits, readLastHour, recentSuccesses } from '@kieq/queue';
import type { Context } from '../context.ts';
import { type Pool, withPool } from '../pool.ts';
import { statsText, type KindTimes, type PoolStats } from '../text/stats.ts';

export async function stats({ env, out }: Context): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    const found = await readStats(pool);
    out.print(found, (paint) => statsText(found, paint));
  });
}

async function readStats({ ledger, prefix, nowMs }: Pool): Promise<PoolStats> {
  const at = await nowMs();
  const [lastHour, recent, counters, kinds] = await Promise.all([
    readLastHour(ledger, at),
    recentSuccesses(ledger),
    ledger.read.stats(),
    readKinds(ledger),
  ]);
  const credits = creditsLeft(counters, at, lastHour.succeeded, meanCredits(recent));
  return { pool: prefix, at, lastHour, credits, counters, kinds };
}

/** Most tasks first. */
async function readKinds({ read }: Ledger): Promise<KindTimes[]> {
  const kinds = [...(await read.learnedKinds()).versions.keys()];
  const samples = await read.durations(kinds);
  return kinds
    .map((kind, i) => {
      const sample = samples[i] ?? [];
      return { kind, tasks: sample.length, medianMs: quantile(sample, 0.5), p95Ms: quantile(sample, 0.95) };
    })
    .toSorted((a, b) => b.tasks - a.tasks || (a.kind < b.kind ? -1 : 1));
}
