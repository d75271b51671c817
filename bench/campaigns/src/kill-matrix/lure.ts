import { setTimeout as sleep } from 'node:timers/promises';

export interface Lure {
  /** Names of the places that no process has passed so far. */
  readonly never: () => readonly string[];
  /** Plays a scenario that passes the place. */
  readonly play: (name: string) => Promise<unknown>;
  readonly atOnce: number;
  readonly withinMs: number;
}

/**
 * Plays again and again what passes those places, one place after the other. Resolves when all of them are passed, or
 * the time is over, also while a scenario insists.
 */
export async function lure({ never, play, atOnce, withinMs }: Lure): Promise<void> {
  const timer = new AbortController();
  const over = sleep(withinMs, undefined, { signal: timer.signal }).catch(() => undefined);
  let isOver = false;
  void over.then(() => (isOver = true));
  const line = async (first: number): Promise<void> => {
    for (let i = first; !isOver; i += 1) {
      const names = never();
      const name = names[i % Math.max(1, names.length)];
      if (name === undefined) return;
      await Promise.race([play(name), over]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, first) => line(first)));
  timer.abort();
}
