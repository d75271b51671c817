import type { OverviewAnswer } from '../../src/overview/schemas.ts';
import { adoptTask, type Reload } from '../actions.ts';
import { h, render } from '../dom.ts';
import { ago, number } from '../format.ts';
import { at } from '../path.ts';
import { action } from '../say.ts';

/** Submissions whose answer was lost and that may still be resolved: each may be a paid video. */
export function showUnknown({ unknown, inFlight, you, atMs }: OverviewAnswer, reload: Reload): void {
  const minute = Math.floor(atMs / 30_000);
  const may = you.role === 'operator' && you.canAdopt;
  render('unknown', { unknown, count: inFlight.unknown, may, minute }, () => {
    if (unknown.length === 0) return [h('p', { class: 'dim' }, 'None: the outcome of every submission is known.')];
    const rows = unknown.map(({ id, sinceMs, tenant, prompt, model }) =>
      h(
        'tr',
        {},
        h(
          'th',
          { scope: 'row' },
          h('a', { href: at(`/generations/${encodeURIComponent(id)}`), 'data-key': `u-${id}` }, id),
        ),
        h('td', {}, tenant),
        h('td', {}, ago(sinceMs, atMs)),
        h('td', { class: 'text' }, prompt ?? model),
        h(
          'td',
          { class: 'actions' },
          may
            ? h(
                'button',
                {
                  'data-key': `ua-${id}`,
                  'aria-label': `Adopt a task: ${id}`,
                  onclick: action(() => adoptTask(id, reload)),
                },
                'Adopt a task',
              )
            : null,
        ),
      ),
    );
    const head = h(
      'tr',
      {},
      ...['generation', 'tenant', 'unknown since', 'prompt', 'actions'].map((name) => h('th', { scope: 'col' }, name)),
    );
    return [
      h(
        'p',
        { class: 'dim' },
        `${number(inFlight.unknown)} in all; the longest first. Each may be a paid video: search for it in the Kie account.`,
      ),
      h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, head), h('tbody', {}, ...rows))),
    ];
  });
}
