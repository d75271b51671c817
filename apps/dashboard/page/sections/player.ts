import type { ShownResult } from '../../src/overview/schemas.ts';
import { h } from '../dom.ts';
import { at as below } from '../path.ts';

interface Source {
  readonly name: string;
  readonly url: string;
}

/** Where it can be fetched, in the order in which it is tried. What is no web address is only shown. */
function sourcesOf({ archive, kie }: ShownResult): Source[] {
  const sources = [
    { name: 'the archive', url: archive ?? '' },
    { name: "Kie's link", url: kie },
  ];
  return sources.flatMap(({ name, url }) => {
    if (url.startsWith('/')) return [{ name, url: below(url) }];
    return /^https?:\/\//i.test(url) ? [{ name, url }] : [];
  });
}

/**
 * A video, out of the archive or by Kie's link, whichever gives it. Its first picture is its thumbnail.
 * @param poster address of a picture, with which nothing of the video is fetched until it is played
 */
export function player(result: ShownResult, label: string, poster: string | null = null): HTMLElement {
  const sources = sourcesOf(result);
  if (sources.length === 0) return h('p', { class: 'dim' }, result.kie);
  const said = h('p', { class: 'dim', role: 'status', hidden: true });
  const again = h('button', { hidden: true, onclick: () => show(0) }, 'Try again');
  const video = document.createElement('video');
  for (const [name, value] of Object.entries({ controls: '', muted: '', playsinline: '', 'aria-label': label }))
    video.setAttribute(name, value);
  video.preload = poster === null ? 'metadata' : 'none';
  if (poster !== null) video.poster = poster;
  let at = 0;
  const show = (next: number): void => {
    const wantsToPlay = !video.paused;
    at = next;
    say(next === 0 ? '' : `${upper(sources[next - 1]?.name ?? '')} does not give it; this is ${sources[next]?.name}.`);
    again.hidden = true;
    const { url = '' } = sources[next] ?? {};
    video.src = poster === null ? `${url}#t=0.1` : url;
    // The next error shows whether it may; otherwise nothing does.
    if (wantsToPlay) video.play().catch(() => undefined);
  };
  const say = (text: string): void => {
    said.textContent = text;
    said.hidden = text === '';
  };
  video.addEventListener('error', () => {
    if (at + 1 < sources.length) return show(at + 1);
    say(noSource(sources));
    again.hidden = false;
  });
  show(0);
  return h('div', { class: 'player' }, video, said, again);
}

/** A browser does not tell a file that is gone from one that it cannot play. */
function noSource(sources: readonly Source[]): string {
  const names = sources.map(({ name }) => name);
  const where = names.length === 1 ? `not by ${names[0]}` : `neither by ${names.join(' nor by ')}`;
  return `It cannot be played here, ${where}: the file is gone, or this browser does not play its form.`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
