import { EventEmitter } from 'node:events';
import type { CallbackAttempt, Query, Submission, Task } from './records.ts';

/** What a simulator tells as it happens; each event carries the live record. */
export interface SimulatorEvents {
  /** The headers of a POST to createTask have arrived; its body is not yet read. */
  arrival: [Submission];
  /** It has been decided: created, refused or neither. Its answer may still be under way. */
  submission: [Submission];
  /** An answer to createTask was handed over, or its connection closed. */
  answer: [Submission];
  created: [Task];
  /** A task has succeeded or failed. */
  settled: [Task];
  /** A query of recordInfo has been decided. */
  query: [Query];
  /** A callback was tried. */
  callback: [CallbackAttempt];
  /** The number of held answers changed. */
  held: [number];
}

export type Emitter = EventEmitter<SimulatorEvents>;

export function createEmitter(): Emitter {
  const emitter: Emitter = new EventEmitter();
  // Many tests wait at once; that is no leak.
  return emitter.setMaxListeners(0);
}

export interface WaitOptions {
  /** Give up with an error after this long, ms. Default 10000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** Resolves with the first event that `wanted` accepts. */
export async function nextEvent<Name extends keyof SimulatorEvents>(
  emitter: Emitter,
  name: Name,
  wanted: (value: SimulatorEvents[Name][0]) => boolean,
  options: WaitOptions = {},
): Promise<SimulatorEvents[Name][0]> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  // The emitter's own generics cannot see that Name and its payload belong together.
  const plain = emitter as unknown as EventEmitter;
  return new Promise((resolve, reject) => {
    const listener = (value: SimulatorEvents[Name][0]): void => {
      if (wanted(value)) end(() => resolve(value));
    };
    const timer = setTimeout(() => {
      end(() => reject(new Error(`simulator: no matching '${name}' within ${timeoutMs} ms`)));
    }, timeoutMs);
    const end = (finish: () => void): void => {
      clearTimeout(timer);
      plain.off(name, listener);
      finish();
    };
    plain.on(name, listener);
  });
}

/** Listens; the returned function stops it. */
export function subscribe<Name extends keyof SimulatorEvents>(
  emitter: Emitter,
  name: Name,
  listener: (value: SimulatorEvents[Name][0]) => void,
): () => void {
  const plain = emitter as unknown as EventEmitter;
  plain.on(name, listener);
  return () => {
    plain.off(name, listener);
  };
}
