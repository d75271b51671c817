import type { GenerationRecord, Ledger } from '@kieq/ledger';

const HOUR_MS = 3_600_000;
const PARTS = 12;
/** Enough to estimate what one costs now. */
const RECENT = 12;

/** How the last hour went, by the times at which generations entered their last state. */
export interface LastHour {
  readonly succeeded: number;
  readonly failed: number;
  readonly dead: number;
  /** succeeded ÷ (succeeded + failed + dead); null where nothing ended. */
  readonly successRate: number | null;
  /** Successes of each twelfth of the hour, the oldest first. */
  readonly series: readonly number[];
}

/** @param atMs epoch ms by Redis' clock */
export async function readLastHour({ read }: Ledger, atMs: number): Promise<LastHour> {
  const since = atMs - HOUR_MS;
  const partMs = HOUR_MS / PARTS;
  const parts = Array.from({ length: PARTS }, (_, i) => since + i * partMs);
  const [failed, dead, ...series] = await Promise.all([
    read.enteredBetween('failed', since, atMs),
    read.enteredBetween('dead', since, atMs),
    ...parts.map((from) => read.enteredBetween('succeeded', from + 1, from + partMs)),
  ]);
  const succeeded = series.reduce((sum, count) => sum + count, 0);
  const ended = succeeded + failed + dead;
  return { succeeded, failed, dead, successRate: ended === 0 ? null : succeeded / ended, series };
}

/** The newest successes. @param limit default 12: enough to estimate what one costs now */
export async function recentSuccesses({ read }: Ledger, limit = RECENT): Promise<GenerationRecord[]> {
  const { items } = await read.listState('succeeded', { limit });
  const records = await read.generations(items.map(({ id }) => id));
  return records.filter((record) => record !== undefined);
}
