import type { Evidence } from '@kieq/domain';
import type { OutboundDownload } from '@kieq/outbound';

/**
 * Why a result could not be saved.
 *
 * - `link_dead`: the sender refuses the link (401, 403, 404, 410): a new one may help.
 * - `refused`: the link must not be called. `too_large`: longer than allowed. Only an operator can change these.
 * - `answered`: another HTTP status. `unreachable`: no response. `cut`: the file did not arrive completely.
 * - `wrong_type`, `not_media`, `damaged`: what arrived is no video.
 * - `store`: the archive does not work.
 * - `aborted`: this process is shutting down.
 * - `no_link`: there is nothing to fetch. Only an operator can change that.
 */
export const PROBLEMS = [
  'link_dead',
  'refused',
  'too_large',
  'answered',
  'unreachable',
  'cut',
  'wrong_type',
  'not_media',
  'damaged',
  'store',
  'aborted',
  'no_link',
] as const;
export type ProblemCode = (typeof PROBLEMS)[number];

export interface Problem {
  readonly kind: 'problem';
  readonly code: ProblemCode;
  readonly evidence: Evidence;
  /** Pause that the sender asks for, in ms. */
  readonly retryAfterMs?: number;
}

export function problem(code: ProblemCode, summary: string, more: Omit<Evidence, 'summary'> = {}): Problem {
  return { kind: 'problem', code, evidence: { summary: summary.slice(0, 500), ...more } };
}

const DEAD_LINK = new Set([401, 403, 404, 410]);

/** The problem of a response without a file. */
export function problemOf(answer: Exclude<OutboundDownload, { kind: 'open' }>): Problem {
  switch (answer.kind) {
    case 'answered': {
      const { status: httpStatus, retryAfterMs } = answer;
      const code = DEAD_LINK.has(httpStatus) ? 'link_dead' : 'answered';
      const found = problem(code, `the link of the result responded with HTTP ${httpStatus}`, { httpStatus });
      return retryAfterMs === undefined ? found : { ...found, retryAfterMs };
    }
    case 'refused':
      return problem('refused', `the link of the result may not be called: ${answer.reason}`);
    case 'failed':
      if (answer.transport === 'ABORTED') return problem('aborted', 'this process is shutting down');
      return problem('unreachable', 'the link of the result gave no response', { transport: answer.transport });
    default:
      return answer satisfies never;
  }
}
