import type { Mixture } from '@kieq/domain';
import type { Random } from '@kieq/simulator';

/** A completion time in ms. */
export function drawFrom({ parts }: Mixture, random: Random): number {
  let left = random();
  const part = parts.find(({ weight }) => (left -= weight) < 0) ?? parts[0];
  if (part === undefined) throw new RangeError('a mixture without parts');
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return part.medianMs * Math.exp(part.sigma * normal);
}
