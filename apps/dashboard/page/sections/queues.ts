import type { OverviewAnswer } from '../../src/overview/schemas.ts';
import { h, render } from '../dom.ts';
import { duration, number } from '../format.ts';
import { at } from '../path.ts';

const COLUMNS = ['queue', 'waiting', 'delayed', 'active', 'failed', 'oldest waits'];

/** Depths of the queues, with the way to their jobs. */
export function showQueues({ queues, pausedQueues, atMs }: OverviewAnswer): void {
  const second = queues.some(({ oldestMs }) => oldestMs !== null) ? Math.floor(atMs / 5000) : 0;
  render('queues', { queues, pausedQueues, second }, () => {
    const rows = queues.map((queue) =>
      h(
        'tr',
        {},
        h(
          'th',
          { scope: 'row' },
          h('a', { href: at(`/queues/queue/${queue.name}`), 'data-key': `q-${queue.name}` }, queue.name),
          pausedQueues.includes(queue.name) ? h('span', { class: 'badge bad' }, 'paused') : null,
        ),
        ...[queue.waiting, queue.delayed, queue.active, queue.failed].map((count) =>
          h('td', { class: 'num' }, number(count)),
        ),
        h('td', {}, queue.oldestMs === null ? '–' : duration(atMs - queue.oldestMs)),
      ),
    );
    const head = h(
      'tr',
      {},
      ...COLUMNS.map((name, i) => h('th', { scope: 'col', class: i > 0 && i < COLUMNS.length - 1 ? 'num' : '' }, name)),
    );
    return [h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, head), h('tbody', {}, ...rows)))];
  });
}
