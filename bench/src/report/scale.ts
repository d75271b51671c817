/** Steps that are easy to read. */
const STEPS = [1, 2, 2.5, 5, 10];
const MOST_TICKS = 6;

/** Round numbers from 0 to the first that is not below `most`. */
export function ticksUpTo(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(most / MOST_TICKS));
  const step = power * (STEPS.find((one) => most / (one * power) <= MOST_TICKS) ?? 10);
  // Multiplied, not added up: 0.1 + 0.2 is not 0.3.
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** A number on an axis or above a bar, in few characters. */
export function shortNumber(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toPrecision(3))}M`;
  if (value >= 10_000) return `${Number((value / 1000).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}
