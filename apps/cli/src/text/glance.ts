import { GENERATION_STATES } from '@kieq/domain';
import type { PoolStatus } from '@kieq/queue';
import { bar, type Paint, paintState } from './paint.ts';
import { bindingText, emptyText, gatesText, deadLetterCounts, queuesText } from './status.ts';
import { fields, section } from './table.ts';
import { workersLine } from './workers.ts';

const BAR_WIDTH = 20;

/** The changing part of a pool's status, on one page. */
export function glancePage(prefix: string, status: PoolStatus, nowMs: number, paint: Paint): string {
  const { settings, window, inFlight, polls } = status;
  return [
    `${paint.strong(prefix)}  ${new Date(nowMs).toISOString()}  ${paint.faint('Ctrl-C ends')}`,
    fields([
      ['', status.isEmpty ? paint.bad(emptyText(prefix)) : undefined],
      ['submissions', bindingText(status, paint)],
      ['workers', workersLine(status, paint)],
      ['window', gauge(window.entries, settings['submitLimit'])],
      ['in flight', gauge(inFlight, settings['maxInFlight'])],
      ['queries', gauge(polls.entries, String(polls.limit))],
      ['paused queues', status.pausedQueues.length === 0 ? undefined : paint.bad(status.pausedQueues.join(', '))],
      ['states', statesLine(status, paint) || 'none'],
    ]),
    section('gates', gatesText(status.gates, nowMs, paint), paint),
    section('dead letters', deadLetterCounts(status, paint), paint),
    section('queues', queuesText(status.queues), paint),
  ].join('\n\n');
}

/** The same on one line, for a log. */
export function glanceLine(status: PoolStatus, nowMs: number, paint: Paint): string {
  const { settings, window, deadLetters } = status;
  const open = Object.values(deadLetters).reduce((sum, count) => sum + count, 0);
  return [
    new Date(nowMs).toISOString(),
    bindingText(status, paint),
    `window ${window.entries}/${settings['submitLimit'] ?? '?'}`,
    statesLine(status, paint),
    open === 0 ? undefined : paint.bad(`dead letters ${open}`),
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('  ');
}

function gauge(used: number, limit: string | undefined): string {
  const most = Number(limit);
  return most > 0 ? `${bar(used / most, BAR_WIDTH)}  ${used} of ${most}` : String(used);
}

function statesLine({ states }: PoolStatus, paint: Paint): string {
  const present = GENERATION_STATES.filter((state) => states[state] !== 0);
  return present.map((state) => paintState(paint, state, `${state} ${states[state]}`)).join('  ');
}
