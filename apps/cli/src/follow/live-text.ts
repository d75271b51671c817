import {
  ageAtSurvival,
  completionDistribution,
  type Newer,
  priorFor,
  requestKindOf,
  scaleSchedule,
  survivalAt,
} from '@kieq/domain';
import type { GenerationRecord, Ledger } from '@kieq/ledger';
import { frozenPayload, timingKindOf } from '@kieq/queue';
import { bar } from '../text/paint.ts';
import { duration } from '../text/time.ts';

export interface Moment {
  /** Epoch ms by Redis' clock. */
  readonly nowMs: number;
  readonly expectation: Expectation;
  /** What holds submissions back; null where nothing does. */
  readonly binding: string | null;
}

/** How far a generation is, on one line. */
export function liveText(record: GenerationRecord, { nowMs, expectation, binding }: Moment): string {
  const inState = duration(wholeSeconds(nowMs - record.since));
  // A moving bar would suggest work although no worker runs.
  if (binding === 'no-worker' && !isAtEnd(record)) return `${record.state} for ${inState}; no worker is running`;
  switch (record.state) {
    case 'queued':
      return binding === null ? `queued for ${inState}` : `queued for ${inState}; submissions wait for ${binding}`;
    case 'submitting':
      return `submitting for ${inState}`;
    case 'unknown':
      return `unknown for ${inState}: createTask response lost; see kieq show ${record.id}`;
    case 'generating': {
      const ageMs = nowMs - (record.acceptedAt ?? record.since);
      const leftMs = wholeSeconds(expectation.leftMs(ageMs));
      const left = leftMs < 1000 ? '' : `, about ${duration(leftMs)} left`;
      return `${bar(expectation.share(ageMs))}  generating for ${duration(wholeSeconds(ageMs))}${left}`;
    }
    case 'archiving':
      return `${bar(1)}  the video is being archived`;
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'dead':
      return record.state;
    default:
      record.state satisfies Newer;
      return `${record.state} for ${inState}`;
  }
}

/** Whether the state is final, as far as this version knows. */
export function isAtEnd({ state }: GenerationRecord): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled' || state === 'dead';
}

function wholeSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000) * 1000);
}

/** What the pool has learned about the duration of a generation's task. Times in ms. */
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
  const kind = timingKindOf(model, frozenPayload(payload)?.request.input ?? {});
  const { priorMedianMs, horizonMs } = scaleSchedule(timeScale);
  const [durations = []] = await ledger.read.durations([kind]);
  const times = completionDistribution(durations, priorFor(requestKindOf(kind), priorMedianMs), horizonMs);
  const fullMs = ageAtSurvival(times, FULL_AT_SURVIVAL);
  return {
    share: (ageMs) => Math.min(FULLEST, ageMs / fullMs),
    leftMs: (ageMs) => Math.max(0, ageAtSurvival(times, survivalAt(times, ageMs) / 2) - ageMs),
  };
}
