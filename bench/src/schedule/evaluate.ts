import { BASELINES, fallback, learner } from './lookers.ts';
import { kindsOf, optimalDelayMs } from './optimum.ts';
import { follow, type Followed, type Poller } from './simulate.ts';
import type { Truth } from './truths.ts';

/** One schedule under one kind of completion times. */
export interface Row {
  readonly truth: string;
  readonly schedule: string;
  readonly tasks: number;
  readonly meanLooks: number;
  readonly meanDelayMs: number;
  readonly p95DelayMs: number;
  /** Mean delay of the optimum with the same mean number of polls. */
  readonly optimalDelayMs: number;
  /** Mean delay ÷ that of the optimum. */
  readonly ratio: number;
  /** Standard error of `ratio`, from the spread of the runs. */
  readonly ratioError: number;
}

/** Independent runs, each of 400 tasks after 200 learned ones. */
const RUNS = 8;
/** A plan with callbacks on is dearer to make, and its figures are steadier. */
const CALLBACK_RUNS = 4;

/** Every schedule over the same tasks. */
export function* evaluate(truth: Truth): Generator<Row> {
  yield measure(truth, 'learned', learner);
  for (const { name, poller } of BASELINES) yield measure(truth, name, poller);
}

/** What is said of our schedule with callbacks on. */
export interface CallbackRow {
  readonly truth: string;
  /** Polls per task while every callback comes, the one that it causes included. */
  readonly looksNoneLost: number;
  readonly looksAllLost: number;
  readonly meanDelayAllLostMs: number;
  readonly worstDelayAllLostMs: number;
}

/** Our schedule with callbacks on, when all come and when all are lost, which it does not know. */
export function evaluateCallbacks(truth: Truth): CallbackRow {
  const noneLost = runsOf(truth, fallback, { runs: CALLBACK_RUNS, hasCallbacks: true }).flat();
  const allLost = runsOf(truth, fallback, { runs: CALLBACK_RUNS, hasCallbacks: false }).flat();
  return {
    truth: truth.name,
    looksNoneLost: meanLooks(noneLost),
    looksAllLost: meanLooks(allLost),
    meanDelayAllLostMs: meanDelay(allLost),
    worstDelayAllLostMs: Math.max(...allLost.map(({ delayMs }) => delayMs)),
  };
}

interface RunOptions {
  readonly runs: number;
  readonly hasCallbacks: boolean;
}

function runsOf(truth: Truth, poller: () => Poller, { runs, hasCallbacks }: RunOptions): Followed[][] {
  return Array.from({ length: runs }, (_, run) => follow(truth, poller(), { seed: run + 1, hasCallbacks }));
}

function measure(truth: Truth, schedule: string, poller: () => Poller): Row {
  const runs = runsOf(truth, poller, { runs: RUNS, hasCallbacks: false });
  const followed = runs.flat();
  const delays = followed.map(({ delayMs }) => delayMs).toSorted((a, b) => a - b);
  const polls = meanLooks(followed);
  const optimal = optimalDelayMs(kindsOf(followed.map(({ task }) => truth.of(task))), polls);
  return {
    truth: truth.name,
    schedule,
    tasks: followed.length,
    meanLooks: polls,
    meanDelayMs: mean(delays),
    p95DelayMs: delays[Math.floor(0.95 * delays.length)] ?? Number.NaN,
    optimalDelayMs: optimal,
    ratio: mean(delays) / optimal,
    ratioError: standardError(runs.map(meanDelay)) / optimal,
  };
}

function meanLooks(followed: readonly Followed[]): number {
  return mean(followed.map(({ polls }) => polls));
}

function meanDelay(followed: readonly Followed[]): number {
  return mean(followed.map(({ delayMs }) => delayMs));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)) / (values.length - 1));
}
