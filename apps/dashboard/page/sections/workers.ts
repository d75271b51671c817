import type { OverviewAnswer } from '../../src/overview/schemas.ts';
import { h, render } from '../dom.ts';
import { ago, duration, moment, number } from '../format.ts';

type Worker = OverviewAnswer['workers']['list'][number];

const COLUMNS = ['worker', 'version', 'host', 'runs for', 'seen', 'jobs at once'];

/** Whether no worker runs: none announces itself, and there is no sign of an older version. */
export function isUnmanned({ workers }: OverviewAnswer): boolean {
  return workers.count === 0 && !workers.hasEarlier;
}

/** Who works on the pool. */
export function showWorkers(overview: OverviewAnswer): void {
  const { workers, atMs } = overview;
  render('workers', { workers: { ...workers, waiting: 0 }, part: Math.floor(atMs / 10_000) }, () => {
    const { list, count, hasEarlier } = workers;
    const earlier = 'Workers of an earlier version are active, at least one; they do not tell more.';
    return [
      isUnmanned(overview) ? h('p', { class: 'bad-text' }, 'No worker is running.') : null,
      hasEarlier ? h('p', { class: 'dim' }, earlier) : null,
      list.length === 0 ? null : tableOf(list, atMs),
      count > list.length ? h('p', { class: 'dim' }, `and ${number(count - list.length)} more`) : null,
    ];
  });
}

function tableOf(list: readonly Worker[], atMs: number): HTMLElement {
  const head = h('tr', {}, ...COLUMNS.map((name) => h('th', { scope: 'col' }, name)));
  const rows = list.map((worker) => rowOf(worker, atMs));
  // Nothing in it takes the focus, and on a telephone it must be scrolled by keyboard too.
  const region = { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Workers, each one' };
  return h('div', region, h('table', {}, h('thead', {}, head), h('tbody', {}, ...rows)));
}

/** Fields that a newer version writes differently are left out. */
function rowOf({ id, version, host, sinceMs, seenMs, queues }: Worker, atMs: number): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, id),
    h('td', {}, version ?? '–'),
    h('td', {}, host ?? '–'),
    h('td', { title: sinceMs === null ? '' : moment(sinceMs) }, sinceMs === null ? '–' : duration(atMs - sinceMs)),
    h('td', {}, seenMs === null ? '–' : ago(seenMs, atMs)),
    h(
      'td',
      {},
      queues === null
        ? '–'
        : Object.entries(queues)
            .map(([name, jobs]) => `${name} ${jobs}`)
            .join(', '),
    ),
  );
}
