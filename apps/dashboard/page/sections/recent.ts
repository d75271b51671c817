import type { OverviewAnswer, OverviewResult } from '../../src/overview/forms.ts';
import { h, render } from '../dom.ts';
import { number } from '../format.ts';
import { at } from '../place.ts';

/** The newest videos, to be played where they are. */
export function showRecent({ recent }: OverviewAnswer): void {
  render('recent', recent, () =>
    recent.length === 0 ? [h('p', { class: 'dim' }, 'No video yet.')] : recent.map(card),
  );
}

function card({ id, urls, prompt, model, tenant, seconds, credits }: OverviewResult): HTMLElement {
  const facts = [
    tenant,
    seconds === null ? null : `${number(seconds)} s`,
    credits === null ? null : `${number(credits)} credits`,
  ];
  return h(
    'figure',
    { class: 'card' },
    ...urls.slice(0, 1).map((url) => player(url, prompt ?? model)),
    h(
      'figcaption',
      {},
      h('a', { href: at(`/generations/${encodeURIComponent(id)}`), 'data-key': `r-${id}` }, prompt ?? model),
      h('span', { class: 'dim' }, facts.filter((fact) => fact !== null).join(' · ')),
    ),
  );
}

/**
 * Its first picture is its thumbnail.
 * @param poster address of a picture, with which nothing of the video is fetched until it is played
 */
export function player(url: string, label: string, poster: string | null = null): HTMLElement {
  const isWeb = /^https?:\/\//i.test(url) || url.startsWith('/');
  if (!isWeb) return h('p', { class: 'dim' }, url);
  return h('video', {
    src: poster === null ? `${url}#t=0.1` : url,
    poster,
    controls: true,
    muted: true,
    playsinline: true,
    preload: poster === null ? 'metadata' : 'none',
    'aria-label': label,
  });
}
