import { canonicalJson, parseUploadUrl, type TaskEcho } from '@kieq/domain';
import { parseCallbackUrl } from '@kieq/kie';
import type { Attempt, GenerationRecord } from '@kieq/ledger';
import { hashAttemptToken } from './attempt-token.ts';
import { frozenPayloadSchema } from './payload.ts';

/** Clocks of Kie and Redis may differ by this much (DESIGN.md, Error policy, on proof). */
const CLOCK_SKEW_MS = 60_000;

/**
 * Whether a task that Kie shows belongs to a generation.
 *
 * - `proved`: its callback address carries the secret token of this attempt.
 * - `plausible`: no callback address was sent, but model, input and time fit this attempt; a person must confirm.
 * - `refuted`: it belongs to something else, or nothing speaks for it.
 */
export type AdoptionProof =
  | { readonly kind: 'proved'; readonly attempt: number }
  | { readonly kind: 'plausible'; readonly attempt: number }
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
  return proveByLikeness(record, echo);
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
  const { request } = frozenPayloadSchema.parse(JSON.parse(record.payload));
  if (echo.model !== request.model)
    return refuted(`the task's model is ${echo.model ?? 'unknown'}, not ${request.model}`);
  if (canonicalJson(withOurUploads(echo.input, request.input)) !== canonicalJson(request.input))
    return refuted("the task's input differs from the request");
  const { createTime } = echo;
  if (createTime === undefined) return refuted('Kie does not say when the task was created');
  const attempt = record.attempts.findLast((candidate) => isUnresolved(candidate) && within(createTime, candidate));
  if (attempt === undefined)
    return refuted('the task was created outside of every unresolved attempt, give or take a minute');
  return { kind: 'plausible', attempt: attempt.n };
}

/** The task's input with our names for uploaded images in place of the links that Kie was given for them. */
function withOurUploads(theirs: unknown, ours: unknown): unknown {
  if (typeof ours === 'string') return typeof theirs === 'string' && parseUploadUrl(ours) !== undefined ? ours : theirs;
  if (Array.isArray(ours)) return Array.isArray(theirs) ? theirs.map((one, i) => withOurUploads(one, ours[i])) : theirs;
  if (typeof theirs !== 'object' || theirs === null || typeof ours !== 'object' || ours === null) return theirs;
  const entries = Object.entries(theirs);
  return Object.fromEntries(entries.map(([key, one]) => [key, withOurUploads(one, Reflect.get(ours, key))]));
}

function isUnresolved({ outcome, taskId }: Attempt): boolean {
  return taskId === undefined && (outcome === 'open' || outcome === 'lost' || outcome === 'expired');
}

function within(createTime: number, { admittedAt, sendBy }: Attempt): boolean {
  return createTime >= admittedAt - CLOCK_SKEW_MS && createTime <= sendBy + CLOCK_SKEW_MS;
}

function refuted(reason: string): AdoptionProof {
  return { kind: 'refuted', reason };
}
