import { mulberry32 } from '@kieq/simulator';
import { completionDistribution, longestPauseMs, planLoad, priorFor, timelineOf, type LoadPlan } from '@kieq/domain';
import { drawFrom } from './random.ts';
import { LEARNED, TRUTHS } from './truths.ts';

/** What the shared budget of 10 queries per second leaves to each task. */
export interface LoadRow {
  readonly inFlight: number;
  readonly costRatioMs: number;
  readonly pollsPerTask: number;
  readonly pollsPerSecond: number;
  readonly expectedDelayMs: number;
  readonly longestPauseMs: number;
  readonly isSaturated: boolean;
  /** Queries per second of a poll of every task each 5 s. */
  readonly fixed5sPerSecond: number;
}

const IN_FLIGHT = [10, 100, 300, 600, 900, 1200, 2000];

/** The plan for more and more tasks of one kind, with 200 learned completions of the first truth; no callbacks. */
export function loadRows(): LoadRow[] {
  const random = mulberry32(1);
  const [truth] = TRUTHS;
  const sample = Array.from({ length: LEARNED }, () => (truth === undefined ? 0 : drawFrom(truth.of(0), random)));
  const timeline = timelineOf(completionDistribution(sample, priorFor({})));
  return IN_FLIGHT.map((inFlight) => rowOf(inFlight, planLoad([{ timeline, inFlight }])));
}

function rowOf(inFlight: number, plan: LoadPlan): LoadRow {
  const { costRatioMs, pollsPerTask, pollsPerSecond, isSaturated, schedules } = plan;
  return {
    inFlight,
    costRatioMs,
    pollsPerTask,
    pollsPerSecond,
    expectedDelayMs: Math.max(...schedules.map(({ expectedDelayMs }) => expectedDelayMs)),
    longestPauseMs: Math.max(...schedules.map((schedule) => longestPauseMs(schedule))),
    isSaturated,
    fixed5sPerSecond: inFlight / 5,
  };
}
