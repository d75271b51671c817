import type { OverviewAnswer } from '../../src/overview/schemas.ts';
import { h, render } from '../dom.ts';
import { ago, duration, number, percent } from '../format.ts';

/** The four numbers that say how the pool does. */
export function showTiles(overview: OverviewAnswer): void {
  const { window, inFlight, credits, hour, atMs } = overview;
  const minute = Math.floor(atMs / 30_000);
  render('tiles', { window, inFlight, credits, hour, minute }, () => [
    windowTile(overview),
    inFlightTile(overview),
    creditsTile(overview),
    hourTile(overview),
  ]);
}

function tile(name: string, value: string, ...more: readonly (Node | string | null)[]): HTMLElement {
  return h('div', { class: 'tile' }, h('h2', {}, name), h('p', { class: 'value' }, value), ...more);
}

function meter(value: number, max: number | null, label: string): HTMLElement | null {
  if (max === null || max === 0) return null;
  return h('meter', { min: 0, max, value: Math.min(value, max), high: max * 0.95, 'aria-label': label });
}

function windowTile({ window: { entries, limit, windowMs } }: OverviewAnswer): HTMLElement {
  const per = limit === null || windowMs === null ? '' : `of ${number(limit)} per ${duration(windowMs)}`;
  return tile(
    'Window',
    number(entries),
    meter(entries, limit, 'use of the submission window'),
    h('p', { class: 'dim' }, per),
  );
}

function inFlightTile({ inFlight: { count, max, generating, submitting, unknown } }: OverviewAnswer): HTMLElement {
  const parts = `${number(generating)} generating · ${number(submitting)} submitting · ${number(unknown)} unknown`;
  const limit = max === null ? '' : `of ${number(max)}: `;
  return tile(
    'In flight',
    number(count),
    meter(count, max, 'tasks in flight'),
    h('p', { class: 'dim' }, limit + parts),
  );
}

function creditsTile({
  credits: { balance, balanceAtMs, isOld, perHour, hoursLeft },
  atMs,
}: OverviewAnswer): HTMLElement {
  if (balance === null) return tile('Credits', '–', h('p', { class: 'dim' }, 'no worker has asked Kie yet'));
  if (isOld) {
    const age = balanceAtMs === null ? 'at an unknown time' : ago(balanceAtMs, atMs);
    return tile('Credits, old', number(balance), h('p', { class: 'bad-text' }, `seen ${age}, and not asked since`));
  }
  const left = hoursLeft === null ? 'nothing spent in the last hour' : `empty in ${duration(hoursLeft * 3_600_000)}`;
  const rate = perHour === null || perHour === 0 ? '' : `${number(perHour)} per hour · `;
  const age = balanceAtMs === null ? '' : ` · seen ${ago(balanceAtMs, atMs)}`;
  const isLow = hoursLeft !== null && hoursLeft < 2;
  return tile('Credits', number(balance), h('p', { class: isLow ? 'bad-text' : 'dim' }, `${rate}${left}${age}`));
}

function hourTile({ hour: { succeeded, failed, dead, successRate, series } }: OverviewAnswer): HTMLElement {
  const rate = successRate === null ? 'nothing ended' : `${percent(successRate)} of those that ended`;
  const others = `${number(failed)} failed · ${number(dead)} dead`;
  return tile(
    'Succeeded in the last hour',
    number(succeeded),
    sparkline(series),
    h('p', { class: 'dim' }, `${rate} · ${others}`),
  );
}

function sparkline(series: readonly number[]): Element {
  const highest = Math.max(1, ...series);
  const bars = series.map((count) =>
    h('span', { style: `height:${Math.max(4, (count / highest) * 100)}%`, title: `${number(count)} in 5 min` }),
  );
  return h(
    'div',
    { class: 'spark', role: 'img', 'aria-label': `successes per 5 minutes: ${series.join(', ')}` },
    ...bars,
  );
}
