import type { Verdict } from './outcomes.ts';

/** Messages that make a failure final, whatever else the text says (docs/kie/facts.md#recordinfo). */
const FINAL = [/flagged/i, /moderat/i, /copyright/i, /sensitive/i, /violat/i, /prohibited/i, /invalid/i, /parameter/i];

/** Messages of failures that have nothing to do with the request. */
const TRANSIENT = [/internal error/i, /try again later/i, /server is busy/i];

/**
 * True when Kie failed the task for a reason of its own, so that another submission makes sense, and reported that it
 * cost nothing. Where Kie does not report the cost, an operator decides: the task may be paid.
 */
export function isTransientFailure(verdict: Verdict): boolean {
  if (verdict.state !== 'fail') return false;
  // Only a failure that certainly cost nothing and is Kie's verdict about the task itself, not a bare code 408.
  if (verdict.creditsConsumed !== 0 || verdict.failCode === '408') return false;
  const message = verdict.failMsg ?? '';
  if (FINAL.some((pattern) => pattern.test(message))) return false;
  return TRANSIENT.some((pattern) => pattern.test(message));
}
