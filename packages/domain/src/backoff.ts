/** Exponential growth, then the cap, then jitter: because the jitter is last, jobs at the cap do not wake together. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * The pause before try number `tries` + 1.
 * @param tries number of failed tries, at least 1
 * @param random a number in [0, 1); injected so that tests decide
 * @returns ms, between half the capped delay and the capped delay
 */
export function backoffMs({ baseMs, capMs }: Backoff, tries: number, random: () => number): number {
  const grown = baseMs * 2 ** Math.min(Math.max(tries, 1) - 1, 30);
  const capped = Math.min(grown, capMs);
  return Math.ceil(capped / 2 + (capped / 2) * random());
}
