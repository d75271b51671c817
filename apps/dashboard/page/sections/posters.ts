import type { GenerationAnswer, PosterList } from '../../src/overview/schemas.ts';
import { ask } from '../api.ts';
import { at } from '../path.ts';

type Generation = GenerationAnswer['generation'];

/** A poster is made shortly after its video is archived, or never: the page asks this many times, once per refresh. */
const ASKS_AT_MOST = 15;

/** The numbers of the results that have a poster, as far as they are known. */
let known: readonly number[] = [];
let shown: readonly number[] = [];
let asked = 0;
let isAsking = false;

/** Asks in the background: the page must not wait for an archive that does not work. */
export async function askForPosters({ id, archiving }: Generation): Promise<void> {
  const videos = (archiving?.files ?? []).filter(({ contentType }) => contentType.startsWith('video/'));
  if (isAsking || asked === ASKS_AT_MOST || known.length >= videos.length) return;
  asked += 1;
  isAsking = true;
  try {
    known = (await ask<PosterList>(`/api/generations/${encodeURIComponent(id)}/posters`)).posters;
  } catch {
    // There are none to be seen, then.
  } finally {
    isAsking = false;
  }
}

/** Those to be shown: new ones only while no video plays, which they would stop. */
export function shownPosters(): readonly number[] {
  const isPlaying = [...document.querySelectorAll('video')].some(({ paused }) => !paused);
  if (!isPlaying) shown = known;
  return shown;
}

/** The address of a poster; null where there is none. */
export function posterOf(id: string, n: number): string | null {
  return shown.includes(n) ? at(`/api/generations/${encodeURIComponent(id)}/posters/${n}`) : null;
}
