import { GENERATION_STATES, type Newer } from '@kieq/domain';
import { isOwnGate, type Gate } from '@kieq/ledger';
import { isOldBalance, type PoolStatus } from '@kieq/queue';
import { balanceText } from './balance.ts';
import { paintState, type Paint } from './paint.ts';
import { fields, headedTable, section, table } from './table.ts';
import { duration, until } from './time.ts';
import { noWorkersText, workersLine, workersTable } from './workers.ts';

/**
 * The pool for a person.
 * @param hint where another pool may be, for an empty one
 */
export function statusText(
  { prefix, hint }: { readonly prefix: string; readonly hint?: string | undefined },
  status: PoolStatus,
  nowMs: number,
  paint: Paint,
): string {
  const { settings, window, inFlight, states, stats } = status;
  return [
    fields([
      ['pool', prefix],
      ['', status.isEmpty ? paint.bad(emptyText(prefix)) : undefined],
      ['', status.isEmpty ? hint : undefined],
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
    section('dead letters', deadLettersCount(status, paint), paint),
    section('queues', queuesText(status.queues), paint),
    section('counters', counters(withoutBalance(stats)), paint),
    section('window has learned', counters(window.learned), paint),
    section('settings', fields(Object.entries(settings).toSorted(byName), '  '), paint),
  ].join('\n\n');
}

/** A pool of which nothing is known is no healthy one: most likely its prefix is another. */
export function emptyText(prefix: string): string {
  return `no pool is known under the prefix ${prefix}: nothing was ever configured or enqueued there`;
}

/** Window and in-flight cap are the daily work of a busy pool; a gate is news, and so is that nobody works. */
export function bindingText(status: PoolStatus, paint: Paint): string {
  const { binding, gates } = status;
  if (binding === null) return paint.good('free');
  if (binding === 'no-worker') return paint.bad(`stand still: ${noWorkersText(status)}`);
  const text = `held back by ${binding}`;
  return gates.length > 0 ? paint.bad(text) : text;
}

function creditsText(stats: PoolStatus['stats'], nowMs: number, paint: Paint): string {
  const [balance = null, balanceAtMs = null] = [stats['balance'], stats['balanceAt']];
  return balanceText({ balance, balanceAtMs, isOld: isOldBalance(stats, nowMs) }, nowMs, paint);
}

/** It is told above, with its age. */
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

/** Zeroes are left out: what is there should be seen. */
export function deadLettersCount({ deadLetters }: PoolStatus, paint: Paint): string {
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
