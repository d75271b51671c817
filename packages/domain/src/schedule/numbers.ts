/** The element of an array at an index that the caller knows to exist; NaN otherwise, which no comparison survives. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN;
}

/** The first index whose element is at least `wanted`, in an ascending array; its length where there is none. */
export function lowerBound(ascending: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(ascending, middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** P(Z > z) of the standard normal distribution, within 3e-7 (Abramowitz and Stegun 7.1.26). */
export function normalSurvival(z: number): number {
  if (z > 5) return 0;
  if (z < -5) return 1;
  const x = Math.abs(z) * Math.SQRT1_2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const upper = (poly * Math.exp(-x * x)) / 2;
  return z >= 0 ? upper : 1 - upper;
}
