import { mulberry32 } from '@kieq/simulator';
import { mixtureOf } from '@kieq/domain';
import { drawFrom } from './schedule/random.ts';

const LEARNED = 200;

/** As many completion times as a pool has soon learned, of the distribution that the simulator draws from. */
export function learnedFrom(medianMs: number, sigma: number, seed: number): number[] {
  const random = mulberry32(seed);
  const mixture = mixtureOf([{ medianMs, sigma, weight: 1 }]);
  return Array.from({ length: LEARNED }, () => Math.round(drawFrom(mixture, random)));
}
