import type { Gate } from '@kieq/ledger';
import type { PoolStatus } from '@kieq/queue';
import { fields, section, table } from './table.ts';
import { duration, until } from './time.ts';

/** The pool for a person. */
export function statusText(prefix: string, status: PoolStatus, nowMs: number): string {
  const { settings, window, inFlight, deadLetters, states, stats } = status;
  return [
    fields([
      ['pool', prefix],
      ['submissions', status.binding === null ? 'free' : `held back by ${status.binding}`],
      ['in flight', outOf(inFlight, settings['maxInFlight'])],
      ['window', outOf(window.entries, settings['submitLimit'])],
      ['paused queues', status.pausedQueues.length === 0 ? 'none' : status.pausedQueues.join(', ')],
    ]),
    section('gates', gatesText(status.gates, nowMs)),
    section('states', counts(states)),
    section('dead letters', counts(deadLetters)),
    section('queues', queuesText(status.queues)),
    section('counters', counters(stats)),
    section('window has learned', counters(window.learned)),
    section('settings', fields(Object.entries(settings).toSorted(byName), '  ')),
  ].join('\n\n');
}

function gatesText(gates: readonly Gate[], nowMs: number): string {
  if (gates.length === 0) return '';
  const rows = gates.map((gate) => [
    gate.reason,
    duration(Math.max(0, nowMs - gate.since)),
    String(gate.refusals),
    nextOf(gate, nowMs),
    gate.detail ?? '',
  ]);
  return table([['gate', 'closed for', 'refusals', 'next', 'detail'], ...rows], '  ');
}

function nextOf({ mode, reason, untilAt, nextAt }: Gate, nowMs: number): string {
  switch (mode) {
    case 'timed':
      return `opens ${until(untilAt ?? nowMs, nowMs)}`;
    case 'probe':
    case 'canary':
      return `${mode} ${until(nextAt ?? nowMs, nowMs)}`;
    case 'manual':
      return reason === 'paused' ? 'kieq resume' : `kieq resume ${reason}`;
    default:
      return mode satisfies never;
  }
}

function queuesText(queues: PoolStatus['queues']): string {
  const rows = Object.entries(queues).map(([name, depth]) => [
    name,
    nonZero(depth)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ') || 'empty',
  ]);
  return table(rows, '  ');
}

/** Zeroes are left out: what is there should be seen. */
function counts(record: Readonly<Record<string, number>>): string {
  return fields(nonZero(record), '  ');
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
