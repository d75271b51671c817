import type { PoolStats } from '../commands/stats.ts';
import type { Paint } from './paint.ts';
import { balanceText } from './balance.ts';
import { fields, headedTable, section } from './table.ts';
import { duration } from './time.ts';

const SPARKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const HOUR_MS = 3_600_000;
/** Below it, a success rate is worth a look. */
const GOOD_RATE = 0.95;

/** How it went, for a person. */
export function statsText({ pool, at, lastHour, credits, counters, kinds }: PoolStats, paint: Paint): string {
  return [
    fields([['pool', pool]]),
    section('last hour', hourText(lastHour, paint), paint),
    section('credits', creditsText(credits, at, paint), paint),
    section('counters', countersText(counters, paint), paint),
    section('times of tasks', kindsText(kinds, paint), paint),
  ].join('\n\n');
}

function hourText({ succeeded, failed, dead, successRate, series }: PoolStats['lastHour'], paint: Paint): string {
  const rate = successRate === null ? undefined : percent(successRate);
  return fields(
    [
      ['succeeded', `${succeeded}  ${spark(series)}`],
      ['failed', failed],
      ['dead', dead],
      ['success rate', rate === undefined || (successRate ?? 1) >= GOOD_RATE ? rate : paint.bad(rate)],
    ],
    '  ',
  );
}

/** Twelve small columns, five minutes each, the newest at the right. */
function spark(series: readonly number[]): string {
  const most = Math.max(1, ...series);
  return series.map((count) => SPARKS[Math.ceil((count / most) * (SPARKS.length - 1))] ?? '').join('');
}

function creditsText(credits: PoolStats['credits'], at: number, paint: Paint): string {
  const { perHour, hoursLeft } = credits;
  return fields(
    [
      ['balance', balanceText(credits, at, paint)],
      ['per hour', perHour ?? undefined],
      ['left for', hoursLeft === null ? undefined : duration(hoursLeft * HOUR_MS)],
    ],
    '  ',
  );
}

/** Those of the balance are told above. */
function countersText(counters: PoolStats['counters'], paint: Paint): string {
  const admitted = counters['admitted'] ?? 0;
  const rows = Object.entries(counters)
    .filter(([name]) => name !== 'balance' && name !== 'balanceAt')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => [name, String(count), shareOf(name, count, admitted)]);
  return rows.length === 0 ? '' : headedTable(['counter', 'count', 'of admitted'], rows, { paint, indent: '  ' });
}

/** Only of what can become of a submission. */
function shareOf(name: string, count: number, admitted: number): string {
  const isOutcome = name.startsWith('refused:') || ['accepted', 'lost', 'expired', 'surplus'].includes(name);
  return isOutcome && admitted > 0 ? percent(count / admitted) : '';
}

function kindsText(kinds: PoolStats['kinds'], paint: Paint): string {
  if (kinds.length === 0) return '';
  const rows = kinds.map(({ kind, tasks, medianMs, p95Ms }) => [
    kind,
    String(tasks),
    medianMs === null ? '–' : duration(medianMs),
    p95Ms === null ? '–' : duration(p95Ms),
  ]);
  return headedTable(['kind', 'tasks', 'half within', '95 % within'], rows, { paint, indent: '  ' });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
