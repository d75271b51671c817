import { z } from 'zod';
import type { Random } from './random.ts';

const ms = z.number().min(0);

/** A uniform range of milliseconds. */
export interface Range {
  readonly minMs: number;
  readonly maxMs: number;
}

export const rangeSchema = z
  .strictObject({ minMs: ms, maxMs: ms })
  .refine((range) => range.minMs <= range.maxMs, 'minMs must not exceed maxMs') satisfies z.ZodType<Range, Range>;

/** How long a generation takes, in ms. `lognormal`: half of the tasks end before `medianMs`; `sigma` is that of the logarithm. */
export type Distribution =
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number };

export const distributionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), ms }),
  z.strictObject({ kind: z.literal('uniform'), minMs: ms, maxMs: ms }),
  z.strictObject({ kind: z.literal('lognormal'), medianMs: ms, sigma: z.number().min(0) }),
]) satisfies z.ZodType<Distribution, Distribution>;

export function drawRange(range: Range, random: Random): number {
  if (range.minMs === range.maxMs) return range.minMs;
  return range.minMs + random() * (range.maxMs - range.minMs);
}

export function draw(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case 'fixed':
      return distribution.ms;
    case 'uniform':
      return drawRange(distribution, random);
    case 'lognormal':
      return distribution.medianMs * Math.exp(distribution.sigma * normal(random));
    default:
      return distribution satisfies never;
  }
}

/** Box and Muller's transform; 1 − random() keeps the logarithm away from 0. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
