import { bandwidthFor } from './bandwidth.ts';
import { mixtureOf, type Mixture } from './mixture.ts';
import { SCHEDULE } from './options.ts';
import type { LogNormal } from './prior.ts';
import { credibleSample, effectiveSize, weightedLogs, type CompletionSample } from './sample.ts';

/**
 * The prior counts as this many completion times: the whole without data, a quarter next to ten, 2 % next to 200, never
 * 0.
 */
const PRIOR_WEIGHT = 3;

/**
 * The assumed distribution of a kind's completion times: a log-normal kernel over each remembered one, and the prior.
 * Completion times that cannot be true are dropped; without any, the prior alone counts.
 * @param sample newest first
 * @param horizonMs longer ones are dropped
 */
export function completionDistribution(
  sample: CompletionSample,
  prior: LogNormal,
  horizonMs: number = SCHEDULE.horizonMs,
): Mixture {
  const logs = weightedLogs(credibleSample(sample, horizonMs));
  const share = PRIOR_WEIGHT / (PRIOR_WEIGHT + effectiveSize(logs));
  const sigma = bandwidthFor(logs, prior.sigma);
  const learned = logs.map(({ log, weight }) => ({ medianMs: Math.exp(log), sigma, weight: (1 - share) * weight }));
  return mixtureOf([...learned, { ...prior, weight: share }]);
}
