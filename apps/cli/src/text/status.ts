import { GENERATION_STATES, type Newer } from '@kieq/domain';
import { type Gate, isOwnGate } from '@kieq/ledger';
import { isOldBalance, type PoolStatus } from '@kieq/queue';
import { type Paint, paintState } from './paint.ts';
import { balanceText } from './stats.ts';
import { fields, headedTable, section, table } from './table.ts';
import { duration, until } from './time.ts';
import { missingWorkersText, workersLine, workersTable } from './workers.ts';

/**
 * The pool as a text.
 * @param otherPool where another pool may be, if this one is empty
 */
export function statusText(
  { prefix, otherPool }: { readonly prefix: string; readonly otherPool?: string | undefined },
  status: PoolStatus,
  nowMs: number,
  paint: Paint,
): string {
  const { settings, window, inFlight, states, stats } = status;
  return [
    fields([
      ['pool', prefix],
      ['', status.isEmpty ? paint.bad(emptyText(prefix)) : undefined],
      ['', status.isEmpty ? otherPool : undefined],
      ['submissions', bindingText(status, paint)],
      ['workers', workersLine(status, paint)],
      ['in flight', outOf(inFlight, settings['maxInFlight'])],
      ['window', outOf(window.entries, settings['submitLimit'])],
      ['credits', creditsText(stats, nowMs, paint)],
      ['paused queues', status.pausedQueues.length === 0 ? 'none' : status.pausedQueues.join(', ')],
    ]),
    section('gates', gatesText(status.gates, nowMs, paint), paint),
    section('workers', workersTable(status.workers, paint), paint),
    section('states', statesText(states, paint), paint),
    section('dead letters', deadLetterCounts(status, paint), paint),
    section('queues', queuesText(status.queues), paint),
    section('counters', counters(withoutBalance(stats)), paint),
    section('window has learned', counters(window.learned), paint),
    section('settings', fields(Object.entries(settings).toSorted(byName), '  '), paint),
  ].join('\n\n');
}

/** An unknown pool is not a healthy one: most likely it has another prefix. */
export function emptyText(prefix: string): string {
  return `no pool is known under the prefix ${prefix}: nothing was ever configured or enqueued under it`;
}

/** Window and in-flight cap bind in every busy pool, so only a gate, or no worker, is highlighted. */
export function bindingText(status: PoolStatus, paint: Paint): string {
  const { binding, gates } = status;
  if (binding === null) return paint.good('free');
  if (binding === 'no-worker') return paint.bad(`stand still: ${missingWorkersText(status)}`);
  const text = `held back by ${binding}`;
  return gates.length > 0 ? paint.bad(text) : text;
}

function creditsText(stats: PoolStatus['stats'], nowMs: number, paint: Paint): string {
  const [balance = null, balanceAtMs = null] = [stats['balance'], stats['balanceAt']];
  return balanceText({ balance, balanceAtMs, isOld: isOldBalance(stats, nowMs) }, nowMs, paint);
}

/** The balance has its own line, with its age. */
function withoutBalance(stats: PoolStatus['stats']): PoolStatus['stats'] {
  return Object.fromEntries(Object.entries(stats).filter(([name]) => name !== 'balance' && name !== 'balanceAt'));
}

function statesText(states: PoolStatus['states'], paint: Paint): string {
  const rows = GENERATION_STATES.filter((state) => states[state] !== 0);
  return table(
    rows.map((state) => [paintState(paint, state), String(states[state])]),
    '  ',
  );
}

export function gatesText(gates: readonly Gate[], nowMs: number, paint: Paint): string {
  if (gates.length === 0) return '';
  const rows = gates.map((gate) => [
    paint.bad(gate.reason),
    duration(Math.max(0, nowMs - gate.since)),
    String(gate.refusals),
    nextOf(gate, nowMs),
    gate.detail ?? '',
  ]);
  return headedTable(['gate', 'closed for', 'refusals', 'next', 'detail'], rows, { paint, indent: '  ' });
}

function nextOf(gate: Gate, nowMs: number): string {
  const { mode, reason, untilAt, nextAt } = gate;
  const byHand = reason === 'paused' ? 'kieq resume' : `kieq resume ${reason}`;
  if (!isOwnGate(gate)) return `a newer version opens it, or ${byHand}`;
  switch (mode) {
    case 'timed':
      return `opens ${until(untilAt ?? nowMs, nowMs)}`;
    case 'probe':
    case 'canary':
      return `${mode} ${until(nextAt ?? nowMs, nowMs)}`;
    case 'manual':
      return byHand;
    default:
      return mode satisfies Newer;
  }
}

export function queuesText(queues: PoolStatus['queues']): string {
  const rows = Object.entries(queues).map(([name, depth]) => [
    name,
    nonZero(depth)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ') || 'empty',
  ]);
  return table(rows, '  ');
}

/** Without zeroes, so that the others stand out. */
export function deadLetterCounts({ deadLetters }: PoolStatus, paint: Paint): string {
  return table(
    nonZero(deadLetters).map(([name, count]) => [paint.bad(name), String(count)]),
    '  ',
  );
}

function counters(record: Readonly<Record<string, number>>): string {
  return fields(Object.entries(record).toSorted(byName), '  ');
}

function nonZero(record: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(record).filter(([, count]) => count !== 0);
}

function outOf(used: number, limit: string | undefined): string {
  return `${used} of ${limit ?? 'the default'}`;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
