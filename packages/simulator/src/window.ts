/**
 * An exact sliding window: at most `limit` counted moments in any half-open span of `windowMs`.
 * A moment exactly one window old does not count. Amortised O(1).
 */
export class SlidingWindow {
  #moments: number[] = [];
  #head = 0;

  /** How many counted moments lie in (at − windowMs, at]. */
  used(at: number, windowMs: number): number {
    this.#forget(at - windowMs);
    return this.#moments.length - this.#head;
  }

  /** Counts a moment; moments may come slightly out of order. */
  count(at: number): void {
    let index = this.#moments.length;
    while (index > this.#head && (this.#moments[index - 1] ?? 0) > at) index -= 1;
    if (index === this.#moments.length) this.#moments.push(at);
    else this.#moments.splice(index, 0, at);
  }

  clear(): void {
    this.#moments = [];
    this.#head = 0;
  }

  #forget(upTo: number): void {
    while (this.#head < this.#moments.length && (this.#moments[this.#head] ?? 0) <= upTo) {
      this.#head += 1;
    }
    if (this.#head > 1024) {
      this.#moments = this.#moments.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** The largest number of moments inside any half-open span [t, t + windowMs); `moments` in any order. */
export function maxInAnyWindow(moments: readonly number[], windowMs: number): number {
  const sorted = isSorted(moments) ? moments : moments.toSorted((a, b) => a - b);
  let most = 0;
  let start = 0;
  for (let end = 0; end < sorted.length; end += 1) {
    while ((sorted[end] ?? 0) - (sorted[start] ?? 0) >= windowMs) start += 1;
    most = Math.max(most, end - start + 1);
  }
  return most;
}

function isSorted(values: readonly number[]): boolean {
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] ?? 0) < (values[index - 1] ?? 0)) return false;
  }
  return true;
}
