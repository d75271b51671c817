import {
  blindLookDelayMs,
  completionMs,
  detectionDelayMs,
  noResultDelayMs,
  timingKind,
  type Verdict,
} from '@kieq/domain';
import type { LookReply } from '@kieq/ledger';
import type { WorkerContext } from '../context.ts';
import { frozenPayloadSchema } from '../jobs/payload.ts';

type Look = Extract<LookReply, { kind: 'granted' }>;

/** The kind that `accept` wrote down; tasks adopted without one count as their model's. */
function kindOf(look: Pick<Look, 'timingKind' | 'model'>): string {
  return look.timingKind ?? timingKind(look.model, {});
}

/** The kind of a request that is frozen in the ledger; undefined where it was purged. */
export function kindOfPayload(payload: string | undefined): string | undefined {
  if (payload === undefined) return undefined;
  const { request } = frozenPayloadSchema.parse(JSON.parse(payload));
  return timingKind(request.model, request.input);
}

/**
 * The pause before the next look. The learned schedule speaks of tasks seen running; a look that told nothing is repeated
 * sooner, and a task that has ended without a result has a schedule of its own.
 */
export function nextDelayMs(
  { plan, timings }: WorkerContext,
  look: Look,
  seen: 'running' | 'missing' | 'trouble' | 'no_result',
): number {
  if (seen === 'no_result') return noResultDelayMs(timings, look.noResultForMs ?? 0);
  const plannedMs = plan.nextDelayMs(kindOf(look), look.ageMs);
  return seen === 'running' ? plannedMs : Math.min(plannedMs, blindLookDelayMs(timings, look.pollingForMs));
}

/** Its place among the looks that wait for the budget. */
export function rankOf({ plan }: Pick<WorkerContext, 'plan'>, look: Look, delayMs: number, dueAtMs: number): number {
  return plan.rank(kindOf(look), look.ageMs, delayMs, dueAtMs);
}

/** The completion time that a verdict teaches the pool. */
export function sampleOf({ plan }: WorkerContext, look: Look, verdict: Verdict): { kind: string; ms: number } {
  return { kind: kindOf(look), ms: completionMs(verdict, look.ageMs, plan.horizonMs) };
}

/**
 * Counts what a verdict cost: looks, the delay until it was found, and the whole time.
 * @param generationMs age of the generation
 */
export function noteVerdict(
  { metrics, plan }: WorkerContext,
  look: Look,
  verdict: Verdict,
  generationMs: number,
): void {
  metrics.generationSeconds.observe({ end: verdict.state }, generationMs / 1000);
  metrics.pollsPerTask.observe(look.polls + 1);
  const delayMs = detectionDelayMs(verdict, look.ageMs, plan.horizonMs);
  if (delayMs !== undefined) metrics.detectionSeconds.observe(delayMs / 1000);
}
