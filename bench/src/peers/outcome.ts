import type { LedgerView } from '@kieq/simulator';
import { mean, quantile, rounded } from '../statistics.ts';

export interface Wanted {
  readonly limit: number;
  readonly windowMs: number;
  readonly prompts: readonly string[];
  readonly delivered: readonly string[];
  /** Times are reported as in production: measured ones divided by it. */
  readonly scale: number;
}

/** What the vendor's own books say about a run. */
export interface Outcome {
  readonly efficiency: number;
  readonly posts: number;
  readonly refused: number;
  readonly pollsPerTask: number;
  readonly meanDelayS: number;
  readonly p95DelayS: number;
  /** Generations that were charged more than once, and how much more than once each costs, in tasks. */
  readonly paidTwice: number;
  readonly surplusTasks: number;
  /** Generations that were charged although their result never came. */
  readonly paidNotDelivered: number;
  /** Generations without a result, charged or not. */
  readonly notDelivered: number;
}

type Books = Pick<LedgerView, 'submissions' | 'queries' | 'tasks' | 'chargesByPrompt'>;

export function outcomeOf(books: Books, wanted: Wanted): Outcome {
  const submissions = books.submissions();
  const created = submissions.filter(({ decision }) => decision === 'created');
  const delays = delaysOf(books).map((ms) => ms / wanted.scale / 1000);
  const charges = books.chargesByPrompt();
  const delivered = new Set(wanted.delivered);
  const missing = wanted.prompts.filter((prompt) => !delivered.has(prompt));
  return {
    efficiency: rounded(efficiencyOf(created, wanted), 3),
    posts: submissions.length,
    refused: submissions.filter(({ code }) => code === 429).length,
    pollsPerTask: rounded(books.queries().length / created.length, 2),
    meanDelayS: rounded(mean(delays), 2),
    p95DelayS: rounded(quantile(delays, 0.95), 2),
    paidTwice: [...charges.values()].filter((times) => times > 1).length,
    surplusTasks: [...charges.values()].reduce((sum, times) => sum + times - 1, 0),
    paidNotDelivered: missing.filter((prompt) => charges.has(prompt)).length,
    notDelivered: missing.length,
  };
}

/** From the end of each task to the arrival of the first poll that saw it, in ms. */
function delaysOf(books: Books): number[] {
  const seenAt = new Map<string, number>();
  for (const { taskId, state, arrivedAtMs } of books.queries())
    if (state === 'success' && !seenAt.has(taskId)) seenAt.set(taskId, arrivedAtMs);
  return books.tasks().flatMap(({ taskId, endsAtMs }) => {
    const at = seenAt.get(taskId);
    return at === undefined || endsAtMs === null ? [] : [at - endsAtMs];
  });
}

/** Ideal time of as many submissions as were accepted ÷ time from the first to the last of them. */
function efficiencyOf(created: readonly { readonly arrivedAtMonoMs: number }[], { limit, windowMs }: Wanted): number {
  const spanMs = (created.at(-1)?.arrivedAtMonoMs ?? 0) - (created[0]?.arrivedAtMonoMs ?? 0);
  return (Math.floor((created.length - 1) / limit) * windowMs) / spanMs;
}
