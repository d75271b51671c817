import type { Fetch } from './types.ts';

/** What the client uses of its surroundings; tests give others. */
export interface Tools {
  readonly fetch: Fetch;
  /** Resolves after this many ms; rejects with the signal's reason when it aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Epoch ms. */
  readonly now: () => number;
  /** A new idempotency key. */
  readonly newKey: () => string;
  /** A stream that sends nothing for so long, in ms, is cut. The gateway sends a comment every 15 s. */
  readonly idleMs: number;
  /** How long `wait` goes on although every request fails, in ms. */
  readonly outageMs: number;
}

export const SYSTEM: Tools = {
  // Looked up at each call: a runtime may replace it, and it must be called on the global object.
  fetch: (url, init) => globalThis.fetch(url, init),
  sleep,
  random: Math.random,
  now: Date.now,
  newKey: () => globalThis.crypto.randomUUID(),
  idleMs: 45_000,
  outageMs: 300_000,
};

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (isAborted(signal)) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

export function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Why a signal was aborted, as an error. */
export function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('the signal was aborted', { cause: reason });
}

/** A controller that also aborts when the caller's signal does; `free` stops listening to it. */
export function linked(signal: AbortSignal | undefined): {
  readonly controller: AbortController;
  readonly free: () => void;
} {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal?.reason);
  if (isAborted(signal)) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  return { controller, free: () => signal?.removeEventListener('abort', abort) };
}

/** A pause between tries, in ms: doubles from `firstMs` up to `mostMs`, then half to all of it by chance. */
export function backoffMs(tries: number, firstMs: number, mostMs: number, random: () => number): number {
  const fullMs = Math.min(mostMs, firstMs * 2 ** tries);
  return fullMs * (0.5 + random() / 2);
}
