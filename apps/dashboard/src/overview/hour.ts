import type { Ledger } from '@kieq/ledger';
import type { OverviewHour } from './forms.ts';

const HOUR_MS = 3_600_000;
const PARTS = 12;

/** How the last hour went, by the times at which generations entered their last state. */
export async function readHour({ read }: Ledger, atMs: number): Promise<OverviewHour> {
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
