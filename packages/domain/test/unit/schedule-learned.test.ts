import {
  completionDistribution,
  mixtureOf,
  priorFor,
  SCHEDULE,
  scheduleFor,
  survivalAt,
  timelineOf,
  type Mixture,
} from '@kieq/domain';
import { expect, test } from 'vitest';

/** The evaluation in `bench/src/schedule` in small: the same question, answered exactly instead of by simulation. */
const TRUTHS = {
  'log-normal': mixtureOf([{ medianMs: 150_000, sigma: 0.3, weight: 1 }]),
  bimodal: mixtureOf([
    { medianMs: 130_000, sigma: 0.12, weight: 0.6 },
    { medianMs: 300_000, sigma: 0.15, weight: 0.4 },
  ]),
};

test.each(Object.entries(TRUTHS))('200 completions of a %s teach a schedule near the optimum', (_name, truth) => {
  const ratios = [1, 2, 3].map((turn) => {
    const believed = completionDistribution(evenSample(truth, turn), priorFor({}));
    const learned = meansOf(scheduleFor(timelineOf(believed), SCHEDULE.costRatioMs).pollAgesMs, truth);
    return learned.delayMs / optimalDelayMs(truth, learned.looks);
  });
  expect(Math.max(...ratios)).toBeLessThan(1.15);
  expect(Math.min(...ratios)).toBeGreaterThan(0.99);
});

/** 200 completion times, pseudo-random but always the same. */
function evenSample(truth: Mixture, turn: number): number[] {
  let state = turn * 7919;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: 200 }, () => {
    const part = truth.parts[random() < (truth.parts[0]?.weight ?? 1) ? 0 : 1];
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    return (part?.medianMs ?? 0) * Math.exp((part?.sigma ?? 0) * normal);
  });
}

function meansOf(pollAgesMs: readonly number[], truth: Mixture): { looks: number; delayMs: number } {
  const running = pollAgesMs.map((_, i) => survivalAt(truth, pollAgesMs[i - 1] ?? 0));
  const foundAtMs = pollAgesMs.reduce((sum, age, i) => sum + (running[i] ?? 0) * (age - (pollAgesMs[i - 1] ?? 0)), 0);
  return { looks: running.reduce((sum, share) => sum + share, 0), delayMs: foundAtMs - truth.meanMs };
}

/** With as many polls on average, drawing lots between two schedules where none has exactly as many. */
function optimalDelayMs(truth: Mixture, polls: number): number {
  const options = { ...SCHEDULE, minSpacingMs: 1, places: 2_000, tailSurvival: 1e-6 };
  const timeline = timelineOf(truth, options);
  const at = (price: number) => meansOf(scheduleFor(timeline, price, options).pollAgesMs, truth);
  let [low, high] = [1, 1e7];
  for (let i = 0; i < 30; i += 1) {
    const middle = Math.sqrt(low * high);
    if (at(middle).looks > polls) low = middle;
    else high = middle;
  }
  const [more, fewer] = [at(low), at(high)];
  const lot = more.looks === fewer.looks ? 0 : (more.looks - polls) / (more.looks - fewer.looks);
  return more.delayMs + lot * (fewer.delayMs - more.delayMs);
}
