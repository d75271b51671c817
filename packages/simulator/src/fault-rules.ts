/** What can happen to any answer on its way. `created`: whether the task was created all the same. Default false. */
export type TransportFault =
  /** HTTP 429 with an envelope of code 429. `retryAfter`: header in seconds or as an HTTP date. */
  | { readonly kind: 'status429'; readonly retryAfter?: number | string | undefined }
  /** HTTP 200 with an envelope of code 429. */
  | { readonly kind: 'envelope429'; readonly retryAfter?: number | string | undefined }
  /** An HTML page, as Cloudflare sends it. `status`: default 502. */
  | { readonly kind: 'html'; readonly status?: number | undefined; readonly created?: boolean | undefined }
  /** A redirect. `status`: default 307. */
  | {
      readonly kind: 'redirect';
      readonly location: string;
      readonly status?: 301 | 302 | 303 | 307 | 308 | undefined;
      readonly created?: boolean | undefined;
    }
  /** An envelope with any code, in the configured error style unless `httpStatus` is given. */
  | {
      readonly kind: 'code';
      readonly code: number;
      readonly msg?: string | undefined;
      readonly httpStatus?: number | undefined;
      readonly created?: boolean | undefined;
    }
  /** The connection is destroyed before anything happens. */
  | { readonly kind: 'cutBefore' }
  /** Nothing happens and no answer ever comes. */
  | { readonly kind: 'hangBefore' }
  /** Handled at arrival, answered this much later, ms. */
  | { readonly kind: 'delayAnswer'; readonly ms: number }
  /** The answer waits for `release`; `at: 'before'` holds the request itself, so that nothing is created until then. */
  | { readonly kind: 'hold'; readonly at?: 'before' | 'after' | undefined }
  /** Headers at once, the body in small pieces over `ms`. Default 1000. */
  | { readonly kind: 'slowBody'; readonly ms?: number | undefined }
  /** Half of the body, then the connection is destroyed. */
  | { readonly kind: 'cutBody' }
  /** HTTP 200 with a body that is not JSON. */
  | { readonly kind: 'invalidJson' }
  /** A valid answer padded to this many bytes. Default 16 MiB. */
  | { readonly kind: 'hugeBody'; readonly bytes?: number | undefined };

/** What can happen to createTask: all transport faults, and these. */
export type CreateFault =
  | TransportFault
  /** HTTP 402 with an envelope of code 402, whatever the balance. */
  | { readonly kind: 'status402' }
  /** HTTP 200 with an envelope of code 402. */
  | { readonly kind: 'envelope402' }
  /** Created, then the connection is destroyed without an answer. */
  | { readonly kind: 'cutAfter' }
  /** Created, but no answer ever comes. */
  | { readonly kind: 'hangAfter' }
  /** Code 200 without a taskId. */
  | { readonly kind: 'noTaskId'; readonly created?: boolean | undefined }
  /** Created, and answered with the taskId next to an error code. `code`: default 500. */
  | { readonly kind: 'errorWithTaskId'; readonly code?: number | undefined; readonly msg?: string | undefined };

/** A success with this `resultJson`, word for word, and `more` next to it. */
interface OddResult {
  readonly kind: 'result';
  readonly resultJson: string;
  readonly more?: Readonly<Record<string, unknown>> | undefined;
}

/** A failure with these words; each has a default. */
interface FailedVerdict {
  readonly kind: 'fail';
  readonly failCode?: string | undefined;
  readonly failMsg?: string | undefined;
}

/** What can happen to recordInfo: all transport faults, and these. */
export type QueryFault =
  | TransportFault
  /** "recordInfo is null" for this answer. */
  | { readonly kind: 'notFound' }
  /** From now on the task never ends. */
  | { readonly kind: 'stuck' }
  /** Another state word in this answer. */
  | { readonly kind: 'state'; readonly word: string }
  /** For this answer. */
  | OddResult
  /** The task fails now, and its credits are refunded. */
  | FailedVerdict
  /** The task ends now without a result and is refunded; from now on recordInfo answers code 408. */
  | { readonly kind: 'code408' }
  /** The same with code 501. */
  | { readonly kind: 'code501' };

/** The fate of a task, decided when it is created. */
export type TaskFault =
  | { readonly kind: 'stuck' }
  | FailedVerdict
  /** Fails with a message that Kie's users know as transient; with the default `times: 1` the next try succeeds. */
  | { readonly kind: 'transientFail'; readonly failMsg?: string | undefined }
  /** Ends after exactly this long, ms. */
  | { readonly kind: 'duration'; readonly ms: number }
  /** Unknown to recordInfo for this long after creation, ms; null: always. */
  | { readonly kind: 'unknownFor'; readonly ms: number | null }
  /** In `data` of recordInfo and callbacks. */
  | OddResult;

/** What can happen to the callbacks of a task, decided when it is created. */
export type CallbackFault =
  /** Never sent. */
  | { readonly kind: 'lost' }
  /** The task ends at once, and the callback is delivered before createTask is answered. */
  | { readonly kind: 'early' }
  /** Sent this long after the verdict, ms. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Sent `copies` more times. Default 1. */
  | { readonly kind: 'duplicated'; readonly copies?: number | undefined }
  /**
   * An extra, untrue callback `afterMs` after creation (default 0); the true one follows in its time. `variant`: a wrong
   * signature, another task's id (correctly signed), or a valid signature around an untrue body (default).
   */
  | {
      readonly kind: 'forged';
      readonly variant?: 'signature' | 'taskId' | 'body' | undefined;
      readonly afterMs?: number | undefined;
    };

/** Which calls a fault strikes. */
export interface FaultCondition {
  /** The n-th call of the endpoint (or n-th created task), counted from 1 since the start or the last reset. */
  readonly call?: number | undefined;
  /** Part of the prompt of the request, or of the task asked about. */
  readonly prompt?: string | undefined;
  /** Chance in [0, 1] for each call that matches otherwise. */
  readonly probability?: number | undefined;
  /** Number of matching calls that pass first. Default 0. */
  readonly skip?: number | undefined;
  /** Number of times the fault strikes. Default 1; with `probability`, always. */
  readonly times?: number | 'always' | undefined;
}

interface RuleAt<Site extends string, Fault> {
  readonly on: Site;
  readonly when?: FaultCondition | undefined;
  readonly fault: Fault;
}

/**
 * One scripted fault, as it is written: where, when and what. Of several that match, the first that was scripted
 * strikes.
 */
export type FaultRule =
  | RuleAt<'createTask', CreateFault>
  | RuleAt<'recordInfo', QueryFault>
  | RuleAt<'task', TaskFault>
  | RuleAt<'callback', CallbackFault>
  | RuleAt<'credit', TransportFault>
  | RuleAt<'upload', TransportFault>
  | RuleAt<'result', TransportFault>;

export type FaultSite = FaultRule['on'];
