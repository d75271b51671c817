import type { OverviewAnswer, OverviewGate } from '../../src/overview/forms.ts';
import { setGate, type Reload } from '../actions.ts';
import { h, render } from '../dom.ts';
import { ago, duration, moment, number } from '../format.ts';
import { at } from '../place.ts';
import { action } from '../say.ts';

const WHY: Readonly<Record<string, string>> = {
  'rate-limit': 'Kie answered 429',
  credits: 'the account has no credits: top it up',
  'key-cap': 'the cap of the key is reached: raise it, or wait',
  'bad-key': 'the key is wrong or not allowed: mend it',
  maintenance: 'Kie is in maintenance',
  unreachable: 'Kie cannot be reached',
  paused: 'paused by a person',
};

/** Whether submissions flow; if not, which gates hold them and since when. */
export function showFlow(overview: OverviewAnswer, reload: Reload): void {
  const { gates, pausedQueues, binding, you, atMs } = overview;
  const may = you.role === 'operator';
  const isPaused = gates.some(({ reason }) => reason === 'paused');
  const minute = Math.floor(atMs / 5000);
  render('flow', { gates, pausedQueues, binding, may, minute: gates.length === 0 ? 0 : minute }, () => [
    h(
      'div',
      { class: `flow ${gates.length + pausedQueues.length > 0 ? 'held' : 'flows'}` },
      h('strong', {}, headline(overview)),
    ),
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

function headline({ gates, binding }: OverviewAnswer): string {
  if (gates.length > 0) return `Submissions stand still: ${gates.map(({ reason }) => reason).join(', ')}`;
  if (binding === 'window') return 'Submissions flow, at the full rate of the account';
  if (binding === 'in-flight') return 'Submissions wait: as many tasks run as are allowed';
  return 'Submissions flow';
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
