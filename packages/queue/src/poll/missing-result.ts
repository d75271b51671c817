import type { Evidence, PollAnswer } from '@kieq/domain';
import type { MissingResultDeps } from './poll-deps.ts';

type NoResult = Extract<PollAnswer, { kind: 'no_result' }>;

/**
 * Tells of a success without a result: neither a link nor a text can be read. It is paid, and asked for again. Once for
 * each wait, not for each look.
 * @param context its logger names the generation
 */
export function noteNoResult({ logger, metrics }: MissingResultDeps, { evidence }: NoResult): void {
  metrics.unreadableResults.inc();
  logger.warn(
    { evidence },
    'Kie says success, and no link and no text can be read of it: it is paid, and asked for again',
  );
}

/** What the dead letter says: for how long, what it cost where Kie told that, and what Kie said instead. */
export function noResultDeadLetter({ evidence, creditsConsumed }: NoResult, waitedMs: number): Evidence {
  const cost = creditsConsumed === undefined ? 'it is paid' : `it cost ${creditsConsumed} credits`;
  const seconds = Math.round(waitedMs / 1000);
  const summary = `Kie says success (${cost}), and in ${seconds} s gave neither a link nor a text that can be read`;
  return { ...evidence, summary };
}
