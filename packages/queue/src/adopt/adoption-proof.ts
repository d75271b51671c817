import type { TaskEcho } from '@kieq/domain';
import { parseCallbackUrl } from '@kieq/kie';
import type { Attempt, GenerationRecord } from '@kieq/ledger';
import { hashAttemptToken } from '../submit/attempt-token.ts';
import { differencesOf, type Difference } from './likeness.ts';
import { frozenPayloadSchema } from '../jobs/payload.ts';

/** Clocks of Kie and Redis may differ by this much (docs/operations/dead-letters.md#adopting). */
const CLOCK_SKEW_MS = 60_000;

/**
 * Whether a task that Kie shows belongs to a generation.
 *
 * - `proved`: its callback address carries the secret token of this attempt. Nothing else is taken without a person.
 * - `bound`: the ledger has bound this very task to this attempt before.
 * - `plausible`: no callback address was sent, and it is for a person to say that it is this attempt's. Without
 *   `differences` its model, input and time fit.
 * - `refuted`: it belongs to something else, or nothing speaks for it. No person can overrule that.
 */
export type AdoptionProof =
  | { readonly kind: 'proved'; readonly attempt: number }
  | { readonly kind: 'bound'; readonly attempt: number }
  | { readonly kind: 'plausible'; readonly attempt: number; readonly differences: readonly Difference[] }
  | {
      readonly kind: 'refuted';
      readonly reason: string;
      /** The generation that it belongs to, where the reason names one. */
      readonly owner?: string;
    };

export function proveAdoption(record: GenerationRecord, echo: TaskEcho): AdoptionProof {
  const address = echo.callBackUrl === undefined ? undefined : parseCallbackUrl(echo.callBackUrl);
  if (address !== undefined) return proveByToken(record, address);
  if (echo.callBackUrl !== undefined) return refuted('the task reports to an address that is not ours');
  const bound = record.attempts.find(({ taskId }) => taskId === echo.taskId);
  return bound === undefined ? proveByLikeness(record, echo) : { kind: 'bound', attempt: bound.n };
}

function proveByToken(
  record: GenerationRecord,
  address: { generationId: string; attemptToken: string },
): AdoptionProof {
  const { generationId: owner } = address;
  if (owner !== record.id) return { kind: 'refuted', reason: `the task's callback address names ${owner}`, owner };
  const hash = hashAttemptToken(address.attemptToken);
  const attempt = record.attempts.find(({ tokenHash }) => tokenHash === hash);
  if (attempt === undefined) return refuted('the task carries a token that no attempt of this generation had');
  return { kind: 'proved', attempt: attempt.n };
}

function proveByLikeness(record: GenerationRecord, echo: TaskEcho): AdoptionProof {
  if (record.payload === undefined) return refuted('the payload is gone, so nothing can be compared');
  if (echo.model === undefined && echo.input === undefined)
    return refuted('Kie tells neither model nor input of the task, so nothing can be compared');
  const { createTime } = echo;
  const attempt = record.attempts.filter(isUnresolved).reduce(nearest(createTime), undefined);
  if (attempt === undefined) return refuted('the generation has no unresolved attempt that the task could be of');
  const { request } = frozenPayloadSchema.parse(JSON.parse(record.payload));
  const differences = [
    ...differencesOf(request.model, echo.model, 'model'),
    ...differencesOf(request.input, echo.input, 'input'),
    ...(createTime !== undefined && distance(createTime, attempt) <= CLOCK_SKEW_MS
      ? []
      : [untimely(attempt, createTime)]),
  ];
  return { kind: 'plausible', attempt: attempt.n, differences };
}

/** For `reduce`: the attempt that was sent nearest to this moment, the newest of equals; without one the newest. */
function nearest(createTime: number | undefined) {
  return (best: Attempt | undefined, one: Attempt): Attempt => {
    if (best === undefined || createTime === undefined) return one;
    return distance(createTime, one) <= distance(createTime, best) ? one : best;
  };
}

/** How long before its admission or after its send deadline a moment is, in ms; 0 in between. */
function distance(createTime: number, { admittedAt, sendBy }: Attempt): number {
  return Math.max(0, admittedAt - createTime, createTime - sendBy);
}

function untimely({ admittedAt, sendBy }: Attempt, createTime: number | undefined): Difference {
  return {
    field: 'createTime',
    requested: `${moment(admittedAt)} to ${moment(sendBy)}, give or take a minute`,
    shown: createTime === undefined ? null : moment(createTime),
  };
}

function moment(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}

function isUnresolved({ outcome, taskId }: Attempt): boolean {
  return taskId === undefined && (outcome === 'open' || outcome === 'lost' || outcome === 'expired');
}

function refuted(reason: string): AdoptionProof {
  return { kind: 'refuted', reason };
}
