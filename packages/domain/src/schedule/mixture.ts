import { normalSurvival } from './numbers.ts';
import type { LogNormal } from './prior.ts';

/** A weighted sum of log-normal distributions; weights sum to 1. */
export interface Mixture {
  readonly parts: readonly MixturePart[];
  readonly meanMs: number;
}

export interface MixturePart extends LogNormal {
  readonly weight: number;
  /** ln(`medianMs`). */
  readonly mu: number;
}

/** @param parts weights above 0, in any unit; medians and sigmas above 0; at least one part */
export function mixtureOf(parts: readonly (LogNormal & { readonly weight: number })[]): Mixture {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const scaled = parts.map((part) => ({ ...part, weight: part.weight / total, mu: Math.log(part.medianMs) }));
  const meanMs = scaled.reduce((sum, { weight, mu, sigma }) => sum + weight * Math.exp(mu + sigma ** 2 / 2), 0);
  return { parts: scaled, meanMs };
}

/** The probability that a task still runs at this age. 1 at the age of 0. */
export function survivalAt(mixture: Mixture, ageMs: number): number {
  if (ageMs <= 0) return 1;
  const log = Math.log(ageMs);
  let survival = 0;
  for (const { weight, mu, sigma } of mixture.parts) survival += weight * normalSurvival((log - mu) / sigma);
  return survival;
}

/** The age at which the probability of still running falls to `survival`, within 0.1 %. */
export function ageAtSurvival(mixture: Mixture, survival: number): number {
  let low = Math.min(...mixture.parts.map(({ mu, sigma }) => mu - 6 * sigma));
  let high = Math.max(...mixture.parts.map(({ mu, sigma }) => mu + 6 * sigma));
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    if (survivalAt(mixture, Math.exp(middle)) > survival) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}
