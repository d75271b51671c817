import type { DeadLetterClass, OrNewer } from '@kieq/domain';
import type { JobEnd } from './job-end.ts';

/** The job of a dead generation is shown as failed, with the way out in its reason. */
export function deadJobEnd(id: string, letterClass: OrNewer<DeadLetterClass>, summary: string): JobEnd {
  return { kind: 'fail', reason: `dead letter ${letterClass}: ${summary} (kieq dlq show ${id})` };
}
