import {
  ageAtSurvival,
  completionDistribution,
  priorFor,
  requestKindOf,
  scaleSchedule,
  survivalAt,
  timingKind,
} from '@kieq/domain';
import type { GenerationRecord, Ledger } from '@kieq/ledger';
import { frozenPayload } from '@kieq/queue';

/** What the pool believes about the running time of a generation's task. Times in ms. */
export interface Expectation {
  /** How full a bar should be at this age, below 1. */
  share(ageMs: number): number;
  /** The time that half of the tasks of this age still need. */
  leftMs(ageMs: number): number;
}

/** Nine of ten tasks have ended when the bar is full. */
const FULL_AT_SURVIVAL = 0.1;
const FULLEST = 0.99;

/** From the completion times that the pool has learned for requests of this kind, and from the prior. */
export async function expectationOf(
  ledger: Ledger,
  { model, payload }: GenerationRecord,
  timeScale: number,
): Promise<Expectation> {
  const kind = timingKind(model, frozenPayload(payload)?.request.input ?? {});
  const { priorMedianMs, horizonMs } = scaleSchedule(timeScale);
  const [durations = []] = await ledger.read.durations([kind]);
  const times = completionDistribution(durations, priorFor(requestKindOf(kind), priorMedianMs), horizonMs);
  const fullMs = ageAtSurvival(times, FULL_AT_SURVIVAL);
  return {
    share: (ageMs) => Math.min(FULLEST, ageMs / fullMs),
    leftMs: (ageMs) => Math.max(0, ageAtSurvival(times, survivalAt(times, ageMs) / 2) - ageMs),
  };
}
