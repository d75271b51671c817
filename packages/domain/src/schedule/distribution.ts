import { bandwidthFor } from './bandwidth.ts';
import { mixtureOf, type Mixture } from './mixture.ts';
import { SCHEDULE } from './options.ts';
import type { LogNormal } from './prior.ts';
import { credibleSample, effectiveSize, weightedLogs, type CompletionSample } from './sample.ts';

/** The prior counts as this many completion times: all without data, a quarter beside ten, 2 % beside 200, never 0. */
const PRIOR_WEIGHT = 3;

/**
 * What is believed about completion times of a kind: a log-normal kernel over each remembered one, beside the prior.
 * Completion times that cannot be true are dropped; without any, the prior is all.
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
