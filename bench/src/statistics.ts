/** The middle of the values; of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Interpolated between the two values next to it; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return below + (above - below) * (at - Math.floor(at));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function rounded(value: number, decimals = 1): number {
  return Number(value.toFixed(decimals));
}

/** The median of each field over all rounds. */
export function medianOf<Field extends string>(
  rounds: readonly Readonly<Record<Field, number>>[],
  field: Field,
): number {
  return median(rounds.map((round) => round[field]));
}
