import { at } from './numbers.ts';
import { effectiveSize, type WeightedLog } from './sample.ts';

/** Spread of the prior counts as this many completion times. */
const PRIOR_SPREAD_WEIGHT = 3;
/** Below this the kernels are spikes: 2 % of the completion time. */
const NARROWEST = 0.02;
/** Candidates around the rule of thumb; small ones win where there are several modes. */
const FACTORS = [0.25, 0.4, 0.6, 0.8, 1, 1.3];
/** Fewer completion times cannot choose between candidates. */
const CHOOSE_FROM = 10;
/** Density that the cross-validation grants to any place, so that one outlier does not decide. */
const ELSEWHERE = 0.01;
/** Kernels count as empty beyond this many of their widths. */
const REACH = 4.5;

/**
 * Width of the kernel that is laid over each completion time on the logarithmic axis: the candidate under which
 * the completion times are likeliest, each judged by the others (leave-one-out cross-validation).
 */
export function bandwidthFor(logs: readonly WeightedLog[], priorSigma: number): number {
  const n = effectiveSize(logs);
  const rule = 1.06 * spreadOf(logs, n, priorSigma) * Math.max(n, 1) ** -0.2;
  if (logs.length < CHOOSE_FROM) return Math.max(NARROWEST, rule);
  const sorted = logs.toSorted((a, b) => a.log - b.log);
  const places = Float64Array.from(sorted, ({ log }) => log);
  const weights = Float64Array.from(sorted, ({ weight }) => weight);
  const candidates = FACTORS.map((factor) => Math.max(NARROWEST, factor * rule));
  const scores = candidates.map((width) => likelihood(places, weights, width));
  return candidates[scores.indexOf(Math.max(...scores))] ?? rule;
}

/** Standard deviation, drawn towards the prior's while there are few. */
function spreadOf(logs: readonly WeightedLog[], n: number, priorSigma: number): number {
  const mean = logs.reduce((sum, { log, weight }) => sum + weight * log, 0);
  const variance = logs.reduce((sum, { log, weight }) => sum + weight * (log - mean) ** 2, 0);
  return Math.sqrt((PRIOR_SPREAD_WEIGHT * priorSigma ** 2 + n * variance) / (PRIOR_SPREAD_WEIGHT + n));
}

/** Mean log-likelihood of each completion time under the kernels of all others. Places ascend. */
function likelihood(places: Float64Array, weights: Float64Array, width: number): number {
  const density = densityByOthers(places, weights, width);
  let sum = 0;
  for (let i = 0; i < places.length; i += 1) {
    const others = (1 - at(weights, i)) * width * Math.sqrt(2 * Math.PI);
    sum += at(weights, i) * Math.log(at(density, i) / others + ELSEWHERE);
  }
  return sum;
}

/** Sum of the other kernels at each place, before they are scaled to densities. */
function densityByOthers(places: Float64Array, weights: Float64Array, width: number): Float64Array {
  const density = new Float64Array(places.length);
  const reach = REACH * width;
  for (let i = 0; i < places.length; i += 1) {
    for (let j = i + 1; j < places.length && at(places, j) - at(places, i) < reach; j += 1) {
      const z = (at(places, j) - at(places, i)) / width;
      const kernel = Math.exp((-z * z) / 2);
      density[i] = at(density, i) + at(weights, j) * kernel;
      density[j] = at(density, j) + at(weights, i) * kernel;
    }
  }
  return density;
}
