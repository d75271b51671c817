import type { ServerResponse } from 'node:http';

/** Selects held answers; without a prompt, all of them. */
export interface HoldFilter {
  /** Part of the prompt. */
  readonly prompt?: string | undefined;
}

interface Held {
  readonly prompt: string;
  readonly release: () => void;
}

/** The answers that a `hold` fault keeps back until `release`. */
export class Holds {
  readonly #held = new Set<Held>();
  readonly #changed: (held: number) => void;

  constructor(changed: (held: number) => void) {
    this.#changed = changed;
  }

  /** Resolves on release, or when the client disconnects. */
  async wait(prompt: string, raw: ServerResponse): Promise<void> {
    if (raw.destroyed) return;
    await new Promise<void>((resolve) => {
      const held: Held = {
        prompt,
        release: () => {
          raw.off('close', held.release);
          this.#held.delete(held);
          this.#changed(this.#held.size);
          resolve();
        },
      };
      raw.once('close', held.release);
      this.#held.add(held);
      this.#changed(this.#held.size);
    });
  }

  /** Sends the matching answers; returns how many. */
  release(filter: HoldFilter = {}): number {
    const { prompt } = filter;
    const chosen = [...this.#held].filter((held) => prompt === undefined || held.prompt.includes(prompt));
    for (const held of chosen) held.release();
    return chosen.length;
  }
}
