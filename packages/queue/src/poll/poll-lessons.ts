import {
  blindPollDelayMs,
  completionMs,
  detectionDelayMs,
  noResultDelayMs,
  timingKind,
  type Verdict,
} from '@kieq/domain';
import type { PollReply } from '@kieq/ledger';
import type { LessonDeps } from './poll-deps.ts';
import { frozenPayloadSchema } from '../jobs/payload.ts';
import { timingKindOf } from './timing-kind-of.ts';

type Poll = Extract<PollReply, { kind: 'granted' }>;

/** The kind that `accept` recorded; tasks adopted without one count as their model's. */
function kindOf(poll: Pick<Poll, 'timingKind' | 'model'>): string {
  return poll.timingKind ?? timingKind(poll.model, {});
}

/** The kind of a request that is frozen in the ledger; undefined where it was purged. */
export function kindOfPayload(payload: string | undefined): string | undefined {
  if (payload === undefined) return undefined;
  const { request } = frozenPayloadSchema.parse(JSON.parse(payload));
  return timingKindOf(request.model, request.input);
}

/**
 * The pause before the next poll. The learned schedule is for tasks seen running; a poll that failed is repeated
 * sooner, and a task that has ended without a result has a schedule of its own.
 */
export function nextDelayMs(
  { plan, timings }: Pick<LessonDeps, 'plan' | 'timings'>,
  poll: Poll,
  seen: 'running' | 'missing' | 'trouble' | 'no_result',
): number {
  if (seen === 'no_result') return noResultDelayMs(timings, poll.noResultForMs ?? 0);
  const plannedMs = plan.nextDelayMs(kindOf(poll), poll.ageMs);
  return seen === 'running' ? plannedMs : Math.min(plannedMs, blindPollDelayMs(timings, poll.pollingForMs));
}

/** Its priority among the polls that wait for the budget. */
export function rankOf({ plan }: Pick<LessonDeps, 'plan'>, poll: Poll, delayMs: number, dueAtMs: number): number {
  return plan.rank(kindOf(poll), poll.ageMs, delayMs, dueAtMs);
}

/** The completion time that a verdict teaches the pool. */
export function sampleOf(
  { plan }: Pick<LessonDeps, 'plan'>,
  poll: Poll,
  verdict: Verdict,
): { kind: string; ms: number } {
  return { kind: kindOf(poll), ms: completionMs(verdict, poll.ageMs, plan.horizonMs) };
}

/**
 * Counts what a verdict cost: polls, the delay until it was found, and the whole time.
 * @param generationMs age of the generation
 */
export function noteVerdict(
  { metrics, plan }: Pick<LessonDeps, 'metrics' | 'plan'>,
  poll: Poll,
  verdict: Verdict,
  generationMs: number,
): void {
  metrics.generationSeconds.observe({ end: verdict.state }, generationMs / 1000);
  metrics.pollsPerTask.observe(poll.polls + 1);
  const delayMs = detectionDelayMs(verdict, poll.ageMs, plan.horizonMs);
  if (delayMs !== undefined) metrics.detectionSeconds.observe(delayMs / 1000);
}
