import type { CreditsLeft, LastHour } from '@kieq/queue';
import type { Paint } from './paint.ts';
import { fields, headedTable, section } from './table.ts';
import { duration } from './time.ts';

/** The document of `kieq stats`. */
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
export interface KindTimes {
  readonly kind: string;
  readonly tasks: number;
  /** Null where no times of the kind are kept any more. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

const SPARKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const HOUR_MS = 3_600_000;
/** A lower success rate is highlighted. */
const GOOD_RATE = 0.95;

/** The statistics as a text. */
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

/** Without those of the balance, which have their own section. */
function countersText(counters: PoolStats['counters'], paint: Paint): string {
  const admitted = counters['admitted'] ?? 0;
  const rows = Object.entries(counters)
    .filter(([name]) => name !== 'balance' && name !== 'balanceAt')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => [name, String(count), shareOf(name, count, admitted)]);
  return rows.length === 0 ? '' : headedTable(['counter', 'count', 'of admitted'], rows, { paint, indent: '  ' });
}

/** Only for outcomes of a submission. */
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

/** The balance with its age: one that was not read lately may be wrong. */
export function balanceText(
  { balance, balanceAtMs, isOld }: Pick<CreditsLeft, 'balance' | 'balanceAtMs' | 'isOld'>,
  nowMs: number,
  paint: Paint,
): string {
  if (balance === null) return 'not asked yet';
  const age = balanceAtMs === null ? 'at an unknown time' : `${duration(Math.max(0, nowMs - balanceAtMs))} ago`;
  if (isOld) return paint.warn(`${balance} (old: asked ${age}, and not since)`);
  return `${balance} (asked ${age})`;
}
