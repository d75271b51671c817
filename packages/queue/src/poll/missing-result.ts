import type { Evidence, PollAnswer } from '@kieq/domain';
import type { MissingResultDeps } from './poll-deps.ts';

type NoResult = Extract<PollAnswer, { kind: 'no_result' }>;

/**
 * Reports a success without a result: neither a link nor a text can be read. It is paid, and polled again. Reported
 * once for each wait, not for each poll.
 * @param context its logger names the generation
 */
export function noteNoResult({ logger, metrics }: MissingResultDeps, { evidence }: NoResult): void {
  metrics.unreadableResults.inc();
  logger.warn(
    { evidence },
    'Kie reports success, but without a readable link or text. The task is paid; the worker polls again',
  );
}

/** What the dead letter says: for how long, what it cost if Kie reported that, and what Kie sent instead. */
export function noResultDeadLetter({ evidence, creditsConsumed }: NoResult, waitedMs: number): Evidence {
  const cost = creditsConsumed === undefined ? 'it is paid' : `it cost ${creditsConsumed} credits`;
  const seconds = Math.round(waitedMs / 1000);
  const summary = `Kie reports success (${cost}), but returned neither a readable link nor a readable text within ${seconds} s`;
  return { ...evidence, summary };
}
