import { parseEnvironment } from '@kieq/config';
import { creditsLeft, meanCredits, readLastHour, recentSuccesses, type CreditsLeft, type LastHour } from '@kieq/queue';
import type { Ledger } from '@kieq/ledger';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { withPool, type Pool } from '../pool.ts';
import { quantile } from '../quantile.ts';
import { statsText } from '../text/stats.ts';

/** What `kieq stats` tells. */
export interface PoolStats {
  readonly pool: string;
  /** Epoch ms by Redis' clock. */
  readonly at: number;
  readonly lastHour: LastHour;
  readonly credits: CreditsLeft;
  /** Counters over the pool's life. */
  readonly counters: Readonly<Record<string, number>>;
  readonly kinds: readonly KindTimes[];
}

/** Completion times of one kind of request at Kie, of its last 200 tasks. */
interface KindTimes {
  readonly kind: string;
  readonly tasks: number;
  /** Null where no times of the kind are kept any more. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

export function addStats(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'stats',
    summary: 'how it went: the last hour, credits, counters over the life of the pool, how long tasks take',
    examples: ['kieq stats', 'kieq stats --json | jq .lastHour.successRate'],
  }).action(() => stats(context));
}

async function stats({ env, out }: Context): Promise<void> {
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
