import type { Mixture } from '@kieq/domain';

/** Numbers in [0, 1). */
export type Random = () => number;

/** Mulberry32: small, seeded, good enough to repeat an evaluation. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A completion time in ms. */
export function drawFrom({ parts }: Mixture, random: Random): number {
  let left = random();
  const part = parts.find(({ weight }) => (left -= weight) < 0) ?? parts[0];
  if (part === undefined) throw new RangeError('a mixture without parts');
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return part.medianMs * Math.exp(part.sigma * normal);
}
