import {
  GENERATION_STATES,
  type DeadLetterClass,
  type Evidence,
  type GenerationState,
  type OrNewer,
  type ResumePoint,
} from '@kieq/domain';
import type { ArchiveRecord } from '../archive-record.ts';
import { flag, json, name, number, optional, optionalFlag, term, text, word } from './codec.ts';
import { archiving, deadLetterClass, missing, newer, withDelivery, stale, state } from './common.ts';
import { defineTransition } from './transition.ts';

/** Dead, with an open dead letter. */
export const kill = defineTransition({
  args: {
    id: text,
    class: name<DeadLetterClass>(),
    /** The state it must be in; absent only for a generation that has no record. */
    expected: optional(name<GenerationState>()),
    evidence: json<Evidence>(),
    /** Needed for `task_lost`: only the account that submitted a task may declare it lost. */
    account: optional(text),
    /**
     * For `task_lost`, `task_stuck` and `result_unreadable`: the poll vehicle that decided so, and how many polls there
     * had been. `stale` once either has changed. Default: not compared.
     */
    asOf: optional(json<{ readonly vehicle: string; readonly polls: number }>()),
    /** For a dead letter without a record: what is known of the generation. */
    hash: optional(text),
    payload: optional(text),
    tenant: optional(text),
    model: optional(text),
    priority: optional(number),
    /** Undefined: the pool's `deadlineMs`. */
    deadlineMs: optional(number),
    trace: optional(text),
    vehicle: optional(text),
    callback: optionalFlag,
    uploads: optionalFlag,
  },
  reply: {
    dead: { class: deadLetterClass, ...withDelivery },
    not_yet: { waitMs: number },
    wrong_account: {},
    stale,
    missing,
  },
});

/** An operator resumes a dead letter at the step that its class names. */
export const redrive = defineTransition({
  args: {
    id: text,
    class: name<OrNewer<DeadLetterClass>>(),
    resumesAt: name<ResumePoint>(),
    payAgain: flag,
    /** The configuration decided it, not an operator. Default false. */
    automatic: optionalFlag,
    dryRun: flag,
    /** Minted by the caller: the same operation sent twice answers the same. */
    op: text,
    vehicleCheckMs: number,
  },
  reply: {
    redriven: { state, vehicle: text, queue: text, ...withDelivery, ...archiving },
    /** `state` is where it would resume: a state, or `notify`. */
    would_redrive: { state: word([...GENERATION_STATES, 'notify'] as const) },
    no_letter: { class: text, state },
    no_payload: {},
    too_early: { waitMs: number },
    /** Only of automatic ones: more than one response was lost already, or a claim is being verified with Kie. */
    by_hand: {},
    newer,
    missing,
  },
});

/** What a purged generation leaves in the stores; the caller of `purge` removes it. */
export interface LeftInStores {
  /** The payload, where it names uploaded images. */
  readonly payload?: string;
  /** Names of its archived results. */
  readonly files?: readonly string[];
  /** Its results were not all archived; some may be. */
  readonly unfinished?: true;
}
/** An ended generation loses its payload and result; a tombstone stays. */
export const purge = defineTransition({
  args: {
    id: text,
    force: flag,
    /** Purges only while this is still its vehicle: it was not redriven since it was read. */
    vehicle: optional(term),
  },
  reply: { purged: { left: optional(json<LeftInStores>()) }, open_letter: { class: deadLetterClass }, newer, stale },
});

/** The results are saved. */
export const archived = defineTransition({
  args: { id: text, archive: json<ArchiveRecord>() },
  reply: {
    succeeded: withDelivery,
    /** The generation was purged meanwhile: its files must be removed, too. */
    purged: {},
    stale,
    missing,
  },
});

/** A try to save the results failed. */
export const unsaved = defineTransition({
  args: {
    id: text,
    /** The job that carried it. */
    vehicle: text,
    /** Failed tries so far, as read from the record. */
    tries: number,
    evidence: json<Evidence>(),
    /** Pause before the next try, if there is one. */
    retryDelayMs: number,
    /** It is not given up after fewer tries. */
    leastTries: number,
    /** Another try cannot succeed: given up after `leastTries`. */
    hopeless: flag,
    vehicleCheckMs: number,
  },
  reply: {
    retry: { delayMs: number },
    /** Dead letter `archive_failed`. */
    given_up: withDelivery,
    stale,
    missing,
  },
});

/** The outcome of one delivery attempt. */
export const deliveryTried = defineTransition({
  args: {
    id: text,
    /** The job that carried the delivery. */
    vehicle: text,
    delivered: flag,
    /** The response of the receiver, or why there was none. */
    evidence: json<Evidence>(),
    /** Failed tries so far, as read from the record. */
    tries: number,
    /** Pause before the next try, if there is one. */
    retryDelayMs: number,
    /** After this time the dead letter `notify_failed` opens. */
    giveUpMs: number,
  },
  reply: { delivered: {}, retry: { delayMs: number }, given_up: {}, stale, missing },
});

/** The sweeper found no living job for this delivery and names a new one; compare-and-set on the old one. */
export const redeliver = defineTransition({
  args: { id: text, vehicle: text },
  reply: { redelivered: { vehicle: text, delayMs: number }, stale, missing },
});

/** The mirror of this generation's dead letters is up to date, unless they have changed since `version` was read. */
export const mirrored = defineTransition({ args: { id: text, version: number }, reply: { done: {} } });
