import { evidenceText, type DeadLetterClass, type OrNewer, type Said } from '@kieq/domain';
import type { JobEnd } from '../loop/job-end.ts';

/** The job of a dead generation is shown as failed, with the way out in its reason. */
export function deadJobEnd(id: string, deadLetterClass: OrNewer<DeadLetterClass>, evidence: Said): JobEnd {
  return { kind: 'fail', reason: `dead letter ${deadLetterClass}: ${evidenceText(evidence)} (kieq dlq show ${id})` };
}
