import type { OverviewAnswer, OverviewGate } from '../../src/overview/schemas.ts';
import { setGate, type Reload } from '../actions.ts';
import { h, render } from '../dom.ts';
import { ago, duration, moment, number } from '../format.ts';
import { at } from '../path.ts';
import { action } from '../say.ts';
import { isUnmanned } from './workers.ts';

const WHY: Readonly<Record<string, string>> = {
  'rate-limit': 'Kie answered 429',
  credits: 'the account has no credits: top it up',
  'key-cap': 'the cap of the key is reached: raise it, or wait',
  'bad-key': 'the key is wrong or not allowed: mend it',
  maintenance: 'Kie is in maintenance',
  unreachable: 'Kie cannot be reached',
  refusing: 'every request is refused in the same words: check the address of Kie, or the relay',
  paused: 'paused by a person',
};

/** Whether submissions flow; if not, which gates hold them and since when. */
export function showFlow(overview: OverviewAnswer, reload: Reload): void {
  const { gates, pausedQueues, binding, isEmpty, workers, you, atMs } = overview;
  const hasNoWorkers = isUnmanned(overview);
  const may = you.role === 'operator';
  const isPaused = gates.some(({ reason }) => reason === 'paused');
  const minute = Math.floor(atMs / 5000);
  const isHeld = hasNoWorkers || gates.length + pausedQueues.length > 0;
  const told = {
    gates,
    pausedQueues,
    binding,
    isEmpty,
    hasNoWorkers,
    waiting: hasNoWorkers ? workers.waiting : 0,
    may,
  };
  render('flow', { ...told, minute: hasNoWorkers || gates.length > 0 ? minute : 0 }, () => [
    h('div', { class: `flow ${isHeld ? 'held' : 'flows'}` }, h('strong', {}, headline(overview))),
    hasNoWorkers ? h('p', { class: 'gate' }, noWorkersText(overview)) : null,
    ...gates.map((gate) => gateRow(gate, atMs, may, reload)),
    ...pausedQueues.map((queue) =>
      h(
        'p',
        { class: 'gate' },
        `The queue ${queue} is paused. `,
        h('a', { href: at(`/queues/queue/${queue}`) }, 'Resume it in the queues'),
      ),
    ),
    may && !isPaused
      ? h(
          'button',
          { class: 'quiet', 'data-key': 'pause', onclick: action(() => setGate('paused', 'close', reload)) },
          'Pause submissions',
        )
      : null,
  ]);
}

function headline(overview: OverviewAnswer): string {
  const { gates, binding, isEmpty, prefix } = overview;
  if (isEmpty) return `No pool is known under the prefix ${prefix}`;
  if (isUnmanned(overview)) return `No worker is running${waitingText(overview)}`;
  if (gates.length > 0) return `Submissions stand still: ${gates.map(({ reason }) => reason).join(', ')}`;
  if (binding === 'window') return 'Submissions flow, at the full rate of the account';
  if (binding === 'in-flight') return 'Submissions wait: as many tasks run as are allowed';
  return 'Submissions flow';
}

function waitingText({ workers: { waiting } }: OverviewAnswer): string {
  if (waiting === 0) return '';
  return waiting === 1 ? ', and 1 generation waits for one' : `, and ${number(waiting)} generations wait for one`;
}

function noWorkersText({ isEmpty, workers: { lastSeenMs }, atMs }: OverviewAnswer): string {
  if (isEmpty) return 'Nothing was ever configured or enqueued there, and no worker is running. Is KIEQ_PREFIX right?';
  const seen = lastSeenMs === null ? 'None was ever seen' : `The last one was seen ${ago(lastSeenMs, atMs)}`;
  return `${seen}. Nothing is submitted, polled or delivered until one runs.`;
}

function gateRow(gate: OverviewGate, atMs: number, may: boolean, reload: Reload): HTMLElement {
  const { reason, isNewer, sinceMs, refusals, detail } = gate;
  const why = isNewer ? 'closed by a newer version of kieq' : (WHY[reason] ?? '');
  return h(
    'p',
    { class: 'gate' },
    h('span', { class: 'badge bad' }, reason),
    ` ${why} · closed ${ago(sinceMs, atMs)} · ${nextText(gate, atMs)} · refused: ${number(refusals)} `,
    h('span', { class: 'dim', title: moment(sinceMs) }, detail ?? ''),
    may
      ? h(
          'button',
          { class: 'quiet', 'data-key': `open-${reason}`, onclick: action(() => setGate(reason, 'open', reload)) },
          reason === 'paused' ? 'Resume' : 'Open it now',
        )
      : null,
  );
}

function nextText({ isNewer, untilMs, nextMs }: OverviewGate, atMs: number): string {
  if (isNewer) return 'that version opens it';
  if (untilMs !== null) return `opens in ${duration(untilMs - atMs)}`;
  return nextMs === null ? 'opens by hand' : `tried again in ${duration(nextMs - atMs)}`;
}
