import type { PollAnswer } from '@kieq/domain';
import type { WorkerContext } from './context.ts';

/**
 * Tells of a success whose result nobody can read: neither a link nor a text. It was paid, and it looks like a model
 * that makes text.
 * @param context its logger names the generation
 */
export function noteResult(
  { logger, metrics }: Pick<WorkerContext, 'logger' | 'metrics'>,
  { result, evidence }: Extract<PollAnswer, { kind: 'verdict' }>,
): void {
  if (result !== 'unreadable') return;
  metrics.unreadableResults.inc();
  logger.warn(
    { evidence },
    'Kie says success, and no link and no text can be read of it: kieq show tells what it said',
  );
}
