import type { CallbackRow, Row } from './evaluate.ts';
import type { LoadRow } from './load.ts';
import { markdownTable } from '../report/tables.ts';

/** Everything that the evaluation measured. */
export interface Results {
  readonly schedules: readonly Row[];
  readonly callbacks: readonly CallbackRow[];
  readonly load: readonly LoadRow[];
}

/** The tables of docs/polling.md, by the names of their markers. */
export function tablesOf({ schedules, callbacks, load }: Results): Readonly<Record<string, string>> {
  return {
    schedules: markdownTable(
      ['completion times', 'schedule', 'mean polls', 'mean delay', 'p95 delay', 'optimum with as many polls', 'ratio'],
      schedules.map((row) => [
        row.truth,
        row.schedule,
        row.meanLooks.toFixed(2),
        seconds(row.meanDelayMs),
        seconds(row.p95DelayMs),
        seconds(row.optimalDelayMs),
        `${row.ratio.toFixed(2)} ± ${row.ratioError.toFixed(2)}`,
      ]),
    ),
    callbacks: markdownTable(
      ['completion times', 'polls per task, none lost', 'all lost: polls per task', 'mean delay', 'worst delay'],
      callbacks.map((row) => [
        row.truth,
        row.looksNoneLost.toFixed(3),
        row.looksAllLost.toFixed(3),
        seconds(row.meanDelayAllLostMs),
        seconds(row.worstDelayAllLostMs),
      ]),
    ),
    load: markdownTable(
      [
        'in flight',
        'price of a poll',
        'polls per task',
        'polls per s',
        'mean delay',
        'longest pause',
        'fixed 5 s asks for',
      ],
      load.map((row) => [
        String(row.inFlight),
        seconds(row.costRatioMs),
        row.pollsPerTask.toFixed(2),
        `${row.pollsPerSecond.toFixed(1)}${row.isSaturated ? ' (saturated)' : ''}`,
        seconds(row.expectedDelayMs),
        seconds(row.longestPauseMs),
        `${row.fixed5sPerSecond} per s`,
      ]),
    ),
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
