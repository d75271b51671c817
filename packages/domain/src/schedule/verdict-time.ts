import type { Verdict } from '../outcomes.ts';
import { SCHEDULE } from './options.ts';

type VerdictTimes = Pick<Verdict, 'createTime' | 'completeTime'>;

/**
 * The completion time by Kie's own clock, in ms, so that no skew between clocks gets in.
 * Undefined where Kie does not say both times, or says what cannot be true.
 */
export function vendorTimeMs(
  { createTime, completeTime }: VerdictTimes,
  horizonMs: number = SCHEDULE.horizonMs,
): number | undefined {
  if (createTime === undefined || completeTime === undefined) return undefined;
  const ms = completeTime - createTime;
  return Number.isFinite(ms) && ms > 0 && ms < horizonMs ? ms : undefined;
}

/**
 * What a verdict teaches about its kind, in whole ms: the vendor's time, else the age at which the verdict was found.
 * @param foundAtMs age of the task at the poll that found the verdict
 */
export function completionMs(times: VerdictTimes, foundAtMs: number, horizonMs?: number): number {
  return Math.max(1, Math.round(vendorTimeMs(times, horizonMs) ?? foundAtMs));
}

/**
 * From the end of a task to the poll that found it, in ms: the age at the poll, by our clock, less the completion time,
 * by Kie's. Both are differences of one clock, so skew between the two does not matter. Undefined where Kie's times
 * make no sense.
 */
export function detectionDelayMs(times: VerdictTimes, foundAtMs: number, horizonMs?: number): number | undefined {
  const endedAtMs = vendorTimeMs(times, horizonMs);
  return endedAtMs === undefined ? undefined : Math.max(0, foundAtMs - endedAtMs);
}
