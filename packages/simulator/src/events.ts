import type { CallbackAttempt, Query, Submission, Task } from './records.ts';

/** The events of a simulator; each carries the live record. */
export interface SimulatorEvents {
  /** The headers of a POST to createTask have arrived; its body is not yet read. */
  readonly arrival: Submission;
  /** It has been decided: created, refused or neither. Its answer may still be under way. */
  readonly submission: Submission;
  /** An answer to createTask was handed over, or its connection closed. */
  readonly answer: Submission;
  readonly created: Task;
  /** A task has succeeded or failed. */
  readonly settled: Task;
  /** A query of recordInfo has been decided. */
  readonly query: Query;
  /** A callback was tried. */
  readonly callback: CallbackAttempt;
  /** The number of held answers changed. */
  readonly held: number;
}

export type Listener<Name extends keyof SimulatorEvents> = (value: SimulatorEvents[Name]) => void;

type Listeners = { readonly [Name in keyof SimulatorEvents]: Set<Listener<Name>> };

export interface WaitOptions {
  /** Give up with an error after this long, ms. Default 10000. */
  readonly timeoutMs?: number;
}

export const DEFAULT_TIMEOUT_MS = 10_000;

/** A typed emitter. Listeners are called at once, in the order in which they were added. */
export class Emitter {
  readonly #listeners: Listeners = {
    arrival: new Set(),
    submission: new Set(),
    answer: new Set(),
    created: new Set(),
    settled: new Set(),
    query: new Set(),
    callback: new Set(),
    held: new Set(),
  };

  emit<Name extends keyof SimulatorEvents>(name: Name, value: SimulatorEvents[Name]): void {
    for (const listener of this.#listeners[name]) listener(value);
  }

  /** Listens; the returned function stops it. */
  on<Name extends keyof SimulatorEvents>(name: Name, listener: Listener<Name>): () => void {
    this.#listeners[name].add(listener);
    return () => {
      this.#listeners[name].delete(listener);
    };
  }

  /** Resolves with the first event that `wanted` accepts. */
  async next<Name extends keyof SimulatorEvents>(
    name: Name,
    wanted: (value: SimulatorEvents[Name]) => boolean,
    options: WaitOptions = {},
  ): Promise<SimulatorEvents[Name]> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const stop = this.on(name, (value) => {
        if (!wanted(value)) return;
        clearTimeout(timer);
        stop();
        resolve(value);
      });
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`simulator: no matching '${name}' within ${timeoutMs} ms`));
      }, timeoutMs);
    });
  }
}
