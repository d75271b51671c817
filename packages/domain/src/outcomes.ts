import type { DeadLetterClass } from './dead-letter-table.ts';
import type { OrNewer } from './newer.ts';

/**
 * Outcome of createTask, classified once by `@kieq/kie` (docs/failure-modes/kie.md#answers-to-createtask). No code
 * downstream reads codes or messages.
 *
 * - `accepted`: the response has a taskId, whatever its code.
 * - `rate_limited`: 429. `insufficient_credits`: 402. `key_cap`: 433. `maintenance`: 455.
 * - `unauthorized`: 401, or HTTP 401/403 without an envelope.
 * - `invalid_request`: 400, 404, 422, 451 in an envelope.
 * - `validation_as_500`: code 500 whose message is known validation wording.
 * - `model_unavailable`: 505. `server_error`: 500 or 501 with an envelope.
 * - `not_sent`: certainly no byte of the request was written.
 * - `unknown`: everything else; a task may exist and be charged.
 */
export const SUBMIT_CLASSES = [
  'accepted',
  'rate_limited',
  'insufficient_credits',
  'key_cap',
  'maintenance',
  'unauthorized',
  'invalid_request',
  'validation_as_500',
  'model_unavailable',
  'server_error',
  'not_sent',
  'unknown',
] as const;
export type SubmitClass = (typeof SUBMIT_CLASSES)[number];

/** What was seen on the wire: kept in attempts and dead letters, never a secret, every text shortened. */
export interface Evidence {
  /** One short sentence for operators. */
  readonly summary: string;
  readonly httpStatus?: number;
  /** `code` of Kie's envelope. */
  readonly code?: number;
  /** `msg` of Kie's envelope, at most 500 characters. */
  readonly msg?: string;
  /** Error code of the transport, such as `ECONNREFUSED`. */
  readonly transport?: string;
  /**
   * The start of a body that was not understood: at most 200 characters, or 2000 of a success without a result, because
   * an id or a link in it may help an operator.
   */
  readonly body?: string;
}

/** The outcome of one createTask call. */
export interface SubmitAnswer {
  readonly class: SubmitClass;
  /** Present exactly when `class` is `accepted`. */
  readonly taskId?: string;
  /** From `Retry-After`, when Kie or its proxy sent one. */
  readonly retryAfterMs?: number;
  /**
   * From just before the first byte was written until the end of the response, by a monotonic clock; 0 when nothing was
   * sent.
   */
  readonly latencyMs: number;
  /** True when an HTTP response arrived, so Kie has counted the request by now. */
  readonly answered: boolean;
  /**
   * For a refusal that the account or Kie may cause, and not the request: what it has in common with the same refusal
   * of other requests, at most 120 characters (docs/decisions/0022).
   */
  readonly endpointFault?: string;
  readonly evidence: Evidence;
}

/**
 * Kie's report about a task that ended. `costTime` is left out on purpose: its unit is unclear
 * (docs/kie/facts.md#recordinfo).
 */
export interface Verdict {
  readonly state: 'success' | 'fail';
  /** Empty for `fail`, for text results, and where none could be read. */
  readonly resultUrls: readonly string[];
  /** The vendor's `resultJson`, verbatim, where Kie sent it; else its `response`. */
  readonly resultJson?: string;
  readonly failCode?: string;
  readonly failMsg?: string;
  /** Fractional; 0 for failed tasks; absent where Kie did not say. */
  readonly creditsConsumed?: number;
  /** Epoch ms by Kie's clock. */
  readonly createTime?: number;
  readonly completeTime?: number;
}

/**
 * What is readable of the result of a success; only the first two make it a verdict.
 *
 * - `links`: at least one. `text`: a result that has none, and needs none.
 * - `unreadable`: neither. The task is paid, and its result is missing.
 */
export type ResultKind = 'links' | 'text' | 'unreadable';

/**
 * Outcome of recordInfo (docs/failure-modes/kie.md#answers-to-recordinfo).
 *
 * - `verdict`: `success` with a result, or `fail`; also code 408 and 501, which are terminal for the task.
 * - `no_result`: `success` with neither a link nor a readable text. The task is paid, and the result may come later, as
 *   it does at other vendors; so this is no verdict. The evidence holds what Kie sent.
 * - `running`: any other state word.
 * - `not_found`: "recordInfo is null" or 404: Kie reports that it does not know the task.
 * - `trouble`: everything else, a transient error; never a verdict.
 */
export type PollAnswer =
  | {
      readonly kind: 'verdict';
      readonly verdict: Verdict;
      /** `param` as Kie echoed it: the create request, parsed leniently; for adoption's proof. */
      readonly echo: TaskEcho;
      readonly evidence: Evidence;
    }
  | {
      readonly kind: 'no_result';
      /** As Kie reported it; absent where it did not. */
      readonly creditsConsumed?: number;
      readonly echo: TaskEcho;
      readonly evidence: Evidence;
    }
  | { readonly kind: 'running'; readonly vendorState: string; readonly echo: TaskEcho }
  | { readonly kind: 'not_found'; readonly evidence: Evidence }
  | {
      readonly kind: 'trouble';
      /** `rate_limited` and `unauthorized` concern every poll, `transient` only this one. */
      readonly reason: 'rate_limited' | 'unauthorized' | 'transient';
      readonly retryAfterMs?: number;
      readonly evidence: Evidence;
    };

/** What recordInfo repeats about the request that created the task. */
export interface TaskEcho {
  readonly taskId: string;
  readonly model?: string;
  /** Parsed `param.input` (in recorded traffic it is again a JSON string); undefined where it does not parse. */
  readonly input?: unknown;
  readonly callBackUrl?: string;
  /** Epoch ms by Kie's clock. */
  readonly createTime?: number;
}

/** For operators, in addition to the record of a generation: why it is dead, or how it ended. */
export interface DeadLetter {
  readonly class: OrNewer<DeadLetterClass>;
  readonly evidence: Evidence;
  /** Epoch ms, Redis time. */
  readonly openedAt: number;
}
