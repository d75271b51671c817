import type { OverviewAnswer, OverviewResult } from '../../src/overview/schemas.ts';
import { h, render } from '../dom.ts';
import { number } from '../format.ts';
import { at } from '../path.ts';
import { player } from './player.ts';

/** The newest videos, to be played where they are. */
export function showRecent({ recent }: OverviewAnswer): void {
  render('recent', recent, () =>
    recent.length === 0 ? [h('p', { class: 'dim' }, 'No video yet.')] : recent.map(card),
  );
}

function card({ id, result, prompt, model, tenant, seconds, credits }: OverviewResult): HTMLElement {
  const facts = [
    tenant,
    seconds === null ? null : `${number(seconds)} s`,
    credits === null ? null : `${number(credits)} credits`,
  ];
  return h(
    'figure',
    { class: 'card' },
    result === null ? null : player(result, prompt ?? model),
    h(
      'figcaption',
      {},
      h('a', { href: at(`/generations/${encodeURIComponent(id)}`), 'data-key': `r-${id}` }, prompt ?? model),
      h('span', { class: 'dim' }, facts.filter((fact) => fact !== null).join(' · ')),
    ),
  );
}
