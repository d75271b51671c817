import type { Evidence, SubmitClass } from '@kieq/domain';
import { flag, json, name, number, optional, optionalFlag, text, whole } from './codec.ts';
import { deadLetterClass, missing, withDelivery, stale, state, unknownAttempt } from './common.ts';
import type { GateTimes, RefuseRule } from './rules.ts';
import { defineTransition } from './transition.ts';

/** `id` is that of the generation that counts: with `dedupeMs` it may be an earlier one. */
const counting = { id: text, state };

/** No record → queued. */
export const create = defineTransition({
  args: {
    id: text,
    /** Frozen here: JSON text of the payload. */
    payload: text,
    /** Hash of the fields by which two requests are equal. */
    hash: text,
    tenant: text,
    model: text,
    priority: number,
    delayMs: number,
    /** Undefined: the pool's `deadlineMs`. */
    deadlineMs: optional(number),
    /** Job id of the first vehicle. */
    vehicle: text,
    vehicleCheckMs: number,
    /** W3C `traceparent` of the caller: the generation is traced as a part of its trace. */
    trace: optional(text),
    /** The caller set a `callBackUrl`: every end plans a delivery. */
    callback: flag,
    /** The payload names uploaded images: it is admitted only with fresh links for them. */
    uploads: flag,
    /** An equal request of this tenant within the window is the same generation, unless it failed or was cancelled. */
    dedupeMs: optional(number),
  },
  reply: { created: counting, exists: counting, conflict: counting },
});

/** The images of a queued generation have links; it can be admitted. */
export const uploaded = defineTransition({
  args: {
    id: text,
    vehicle: text,
    /** By the address of the image in the payload. */
    links: json<Readonly<Record<string, string>>>(),
  },
  reply: { uploaded: {}, stale, missing },
});

/** Uploading did not work; the queued generation waits. */
export const postpone = defineTransition({
  args: {
    id: text,
    vehicle: text,
    /** Failures before this one, as the reply `upload` of `admit` gave them. */
    tries: number,
    /** Named in the dead letter when the generation exceeds its deadline. */
    evidence: json<Evidence>(),
    delayMs: number,
    vehicleCheckMs: number,
  },
  reply: {
    /** `tries`: failures in a row, this one included. */
    postponed: { tries: whole },
    stale,
    missing,
  },
});

/** queued → submitting, the written intent. */
export const admit = defineTransition({
  args: {
    id: text,
    tokenHash: text,
    vehicle: text,
    account: text,
    worker: text,
    sendBeforeMs: number,
    leaseGraceMs: number,
    /** Links of uploaded images that are older are requested again. */
    uploadFreshMs: number,
    /** It is sent instead of another one, as `admit` asked, and by the job of that one. */
    instead: optionalFlag,
  },
  reply: {
    admitted: {
      attempt: whole,
      sendBeforeMs: number,
      timeoutMs: whole,
      payload: text,
      slots: whole,
      /** Refusals of this generation that call for backoff. */
      tries: whole,
      canary: flag,
      /** Time since it could have been submitted, in ms. */
      waitedMs: whole,
      /** W3C `traceparent` of the caller. */
      trace: optional(text),
      /** Links of uploaded images, by their address in the payload. */
      links: optional(json<Readonly<Record<string, string>>>()),
    },
    wait: { reason: text, waitMs: number },
    /** It would be admitted, but its images need links first: `uploaded`, then take it again. */
    upload: { payload: text, tries: whole, trace: optional(text) },
    /** The pair of this one has just been refused: that other generation must be sent first, by its vehicle. */
    instead: { id: text, vehicle: text },
    busy: { attempt: whole, leaseMs: number },
    deadline: {},
    wrong_account: {},
    stale,
    missing,
  },
});

const slots = {
  slots: { slots: whole },
  wait: { reason: text, waitMs: number },
};
/** How long until a submission may be admitted; an estimate that only reads. */
export const peek = defineTransition({ args: {}, reply: slots });
/** How many ms until a query may be granted. */
export const peekPolls = defineTransition({ args: {}, reply: slots });

const carried = {
  attempt: whole,
  state,
  vehicle: text,
  queue: text,
  /** Until its next poll, where it is generating. */
  delayMs: whole,
  /** When that is, in ms since the epoch of Redis. */
  dueAt: whole,
  /** Callbacks so far; the process that adds the vehicle checks for more of them afterwards. */
  callbacksSeen: whole,
};
/** A task exists for this attempt; also adopt. */
export const accept = defineTransition({
  args: {
    id: text,
    /** Names the attempt; an operator's adoption uses `attempt` instead. */
    tokenHash: optional(text),
    attempt: optional(number),
    taskId: text,
    /** Absent when the task was not found by the response to createTask. */
    latencyMs: optional(number),
    adopted: flag,
    /** Becomes the attempt's evidence when the task is bound: that an operator vouched for it. */
    evidence: optional(json<Evidence>()),
    /** True from the worker that sent the request: if Redis has lost the attempt, it is recorded again. */
    recover: optionalFlag,
    pollDelayMs: number,
    /** Kind of its completion times, see `timingKind`; absent: that of its model. */
    kind: optional(text),
    vehicleCheckMs: number,
  },
  reply: {
    accepted: carried,
    surplus: carried,
    bound: { owner: text },
    other_task: { taskId: text },
    unknown_attempt: unknownAttempt,
    missing,
  },
});

/** No task was created. */
export const refuse = defineTransition({
  args: {
    id: text,
    tokenHash: text,
    class: name<SubmitClass>(),
    rule: json<RefuseRule>(),
    /** False only when certainly no byte left; then its slot in the window is released. */
    sent: flag,
    /** The worker did not send it (too late, shutting down): it says nothing about Kie. */
    ownFault: flag,
    latencyMs: number,
    evidence: json<Evidence>(),
    /** Credits that this request costs, where known. */
    price: optional(number),
    vehicleCheckMs: number,
  },
  reply: {
    queued: {
      delayMs: number,
      vehicle: text,
      /** True when the vehicle is the job that was being processed; false when a new job must be added. */
      added: flag,
      attempt: whole,
    },
    dead: { class: deadLetterClass, ...withDelivery },
    stale,
    unknown_attempt: unknownAttempt,
    missing,
  },
  alsoReads: ['serverErrors', 'validationRetries'],
});

/** The response was lost, and a paid task may exist: submitting → unknown. */
export const lose = defineTransition({
  args: {
    id: text,
    tokenHash: text,
    answered: flag,
    latencyMs: number,
    evidence: json<Evidence>(),
    /** As for `accept`. */
    recover: optionalFlag,
    /** This many lost or unsent submissions in a row close the gate *unreachable*, with these times. */
    gateAfter: number,
    times: json<GateTimes>(),
  },
  reply: { unknown: { attempt: whole }, stale, unknown_attempt: unknownAttempt, missing },
});

/** The lease of a submission ended before its worker reported an outcome: submitting → unknown. */
export const expire = defineTransition({
  args: { id: text },
  reply: { unknown: { attempt: whole }, not_yet: { leaseMs: number }, stale, missing },
});

/** Only from queued: Kie has no cancel. */
export const cancel = defineTransition({
  args: { id: text },
  reply: { cancelled: withDelivery, too_late: { state }, missing },
});
