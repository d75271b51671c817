import type { Evidence, Verdict } from '@kieq/domain';
import { flag, json, name, number, optional, optionalFlag, text, whole } from './codec.ts';
import { archiving, missing, withDelivery, stale, state, unknownAttempt } from './common.ts';
import { defineTransition } from './transition.ts';

const calledBack = { state, callbacksSeen: whole };
/** `foreign`: the callback names another task than the attempt has. */
const judged = { ...calledBack, foreign: flag };
/**
 * A callback came. Counts it, and decides whether to poll, to keep a claim or to ignore it; it never changes a state
 * (docs/guarantees.md#g6-no-callback-is-believed).
 */
export const callback = defineTransition({
  args: {
    id: text,
    /** SHA-256 of the token in the callback's address. */
    tokenHash: text,
    /** As the callback says; untrusted. */
    taskId: optional(text),
    vehicleCheckMs: number,
  },
  reply: {
    /** The task is being polled: its vehicle should come at once. */
    calledBack: { ...judged, vehicle: text, queue: text },
    /** The attempt has no task, or gave it up: recordInfo must prove that this one is its own. */
    claimed: { ...calledBack, attempt: whole, taskId: text },
    too_many: calledBack,
    /** The attempt has no task and the callback named none. */
    no_task: calledBack,
    /** Nothing to do. */
    settled: judged,
    unknown_attempt: unknownAttempt,
    missing,
  },
});

/** A claim of a callback was refuted or given up. */
export const unclaim = defineTransition({
  args: { id: text, taskId: text },
  reply: { dropped: {}, none: {}, missing },
});

/** Begins a poll: checks that this job is the task's vehicle, and takes one query of the budget. */
export const poll = defineTransition({
  args: {
    id: text,
    vehicle: text,
    permit: text,
    /** The longest that the query can take, so that an unanswered one stays counted. */
    timeoutMs: number,
  },
  reply: {
    granted: {
      taskId: text,
      ageMs: whole,
      pollingForMs: whole,
      resubmits: whole,
      /** Polls of this task before this one. */
      polls: whole,
      /** Callbacks so far; `observe` compares. */
      callbacksSeen: whole,
      /** Since Kie first said success without a result; absent where it has not. */
      noResultForMs: optional(number),
      model: text,
      /** Kind of completion times that this task belongs to, as `accept` got it. */
      timingKind: optional(text),
      /** W3C `traceparent` of the caller. */
      trace: optional(text),
    },
    wait: { waitMs: number },
    stale,
    missing,
  },
});

/** A poll that gave no verdict; the job is parked. */
export const observe = defineTransition({
  args: {
    id: text,
    taskId: text,
    seen: name<'running' | 'missing' | 'trouble' | 'no_result'>(),
    pollDelayMs: number,
    permit: optional(text),
    /** Callbacks as `poll` counted them: after another one the next poll is due at once. */
    callbacksSeen: optional(number),
    /** All polls of the pool wait this long: Kie refused the query rate. */
    pauseMs: optional(number),
    /** Kie refused this query with 429: a limit that was learned is lowered. */
    rateLimited: optionalFlag,
    missingWindowMs: number,
    vehicleCheckMs: number,
  },
  reply: {
    parked: {
      /** 0 when a callback came during the poll. */
      delayMs: number,
      /** When the next poll is due, in ms since the epoch of Redis. */
      dueAt: number,
      /** Callbacks so far; the worker that parks the job checks for more of them afterwards. */
      callbacksSeen: whole,
      /** Polls of this task, this one included. */
      polls: whole,
      misses: whole,
      missingForMs: number,
      missingTasks: whole,
      /** Since Kie first said success without a result; absent where it has not. */
      noResultForMs: optional(number),
    },
    stale,
    missing,
  },
});

/** Kie failed the task for a transient reason, at no cost: generating → queued. */
export const resubmit = defineTransition({
  args: { id: text, taskId: text, limit: number, evidence: json<Evidence>(), vehicleCheckMs: number },
  reply: { queued: { vehicle: text, attempt: whole }, exhausted: {}, stale, missing },
});

/** Kie's verdict about the current task. */
export const settle = defineTransition({
  args: {
    id: text,
    taskId: text,
    /** Stored unread; the fields that the script needs follow. */
    verdict: json<Verdict>(),
    verdictState: name<Verdict['state']>(),
    creditsConsumed: optional(number),
    /** Epoch ms by Kie's clock. */
    completeTime: optional(number),
    evidence: json<Evidence>(),
    /**
     * What becomes of a success: `wait`, it goes on to `archiving`; `at-once`, it has succeeded, and its results are
     * saved in parallel; `no`, they are not saved.
     */
    archive: name<'no' | 'wait' | 'at-once'>(),
    /** True when a poll brought the verdict. */
    polled: flag,
    permit: optional(text),
    /** What the verdict teaches, once: the completion time of its kind. */
    sampleKind: optional(text),
    sampleMs: optional(number),
    /** What the price of the request depends on; absent where it is known only afterwards. */
    priceKind: optional(text),
    /** Credits by the price list, where it gives one price for the request. */
    listPrice: optional(number),
    vehicleCheckMs: number,
  },
  reply: {
    /**
     * `ageMs`: since its creation. `priceBefore`: what its kind cost before, where this verdict shows another price, which
     * it does once.
     */
    settled: {
      state,
      vehicle: text,
      ageMs: whole,
      priceBefore: optional(number),
      ...withDelivery,
      ...archiving,
    },
    stale,
    missing,
  },
});

/** One query of the pool's budget. An unanswered one counts for `timeoutMs` and a second. */
export const pollPermit = defineTransition({
  args: { permit: text, timeoutMs: number },
  reply: { granted: { slots: whole }, wait: { waitMs: number } },
});

/** The query of this permit has ended. */
export const pollDone = defineTransition({ args: { permit: text }, reply: { done: {} } });

/** The sweeper found no living job for this generation and names a new one; compare-and-set on the old one. */
export const requeue = defineTransition({
  args: { id: text, vehicle: text, vehicleCheckMs: number },
  reply: { requeued: { vehicle: text, queue: text, delayMs: number, ...archiving }, stale, missing },
});
