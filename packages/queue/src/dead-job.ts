import type { DeadLetterClass } from '@kieq/domain';
import type { JobEnd } from './job-end.ts';

/** The job of a dead generation is shown as failed, with the way out in its reason. */
export function deadJobEnd(id: string, letterClass: DeadLetterClass, summary: string): JobEnd {
  return { kind: 'fail', reason: `dead letter ${letterClass}: ${summary} (kieq dlq show ${id})` };
}
