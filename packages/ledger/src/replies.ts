import { DEAD_LETTER_CLASSES, GENERATION_STATES } from '@kieq/domain';
import { z } from 'zod';
import { wordOf } from './fields.ts';

/**
 * The replies of the Lua scripts, parsed at this boundary; `ok` names what happened. The scripts come with this version,
 * what they tell of a record may be a newer version's word.
 */
const state = wordOf(GENERATION_STATES);
const letterClass = wordOf(DEAD_LETTER_CLASSES);
const missing = z.object({ ok: z.literal('missing') });
const stale = z.object({ ok: z.literal('stale'), state, vehicle: z.string().optional() });
/** Its dead letter is of a class that only a newer version knows; nothing was changed. */
const newer = z.object({ ok: z.literal('newer'), class: z.string() });
const unknownAttempt = z.object({ ok: z.literal('unknown_attempt') });

/**
 * A callback to send: the job `vehicle` in the queue `notify`, due after `delayMs`. Absent where the caller wants none.
 * Whoever gets one adds the job; the sweeper adds what was forgotten.
 */
const notice = z.object({ vehicle: z.string(), delayMs: z.number() });
export type Notice = z.infer<typeof notice>;
const noticed = { notice: notice.optional() };

/**
 * Results to save: the job `vehicle` in the queue `archive`, due after `delayMs`, urgent by `dueBy`, when the links are
 * assumed dead (epoch ms). Whoever gets one adds the job; the sweeper adds what was forgotten.
 */
const pendingArchive = z.object({ vehicle: z.string(), delayMs: z.number(), dueBy: z.number() });
export type PendingArchive = z.infer<typeof pendingArchive>;
const archiving = { archive: pendingArchive.optional() };

/** `id` is that of the generation that counts: with `dedupeMs` it may be an earlier one. */
export const createReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('created'), id: z.string(), state }),
  z.object({ ok: z.literal('exists'), id: z.string(), state }),
  z.object({ ok: z.literal('conflict'), id: z.string(), state }),
]);
export type CreateReply = z.infer<typeof createReply>;

export const cancelReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('cancelled'), ...noticed }),
  z.object({ ok: z.literal('too_late'), state }),
  missing,
]);
export type CancelReply = z.infer<typeof cancelReply>;

export const admitReply = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal('admitted'),
    attempt: z.int(),
    sendBeforeMs: z.number(),
    timeoutMs: z.number(),
    payload: z.string(),
    room: z.number(),
    /** Refusals of this generation that call for backoff. */
    tries: z.number(),
    canary: z.boolean(),
    /** Since it could have been submitted. */
    waitedMs: z.number(),
    /** W3C `traceparent` of the caller. */
    trace: z.string().optional(),
    /** Links of uploaded images, by the address that stands for them in the payload. */
    links: z.record(z.string(), z.string()).optional(),
  }),
  /** It would be admitted, but its images need links first: `uploaded`, then take it again. */
  z.object({ ok: z.literal('upload'), payload: z.string(), tries: z.number(), trace: z.string().optional() }),
  z.object({ ok: z.literal('wait'), reason: z.string(), waitMs: z.number() }),
  /** The pair of this one has just been refused: that other generation is to go first, by its vehicle. */
  z.object({ ok: z.literal('instead'), id: z.string(), vehicle: z.string() }),
  z.object({ ok: z.literal('busy'), attempt: z.int(), leaseMs: z.number() }),
  z.object({ ok: z.literal('deadline') }),
  z.object({ ok: z.literal('wrong_account') }),
  stale,
  missing,
]);
export type AdmitReply = z.infer<typeof admitReply>;

export const peekReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('room'), places: z.number() }),
  z.object({ ok: z.literal('wait'), reason: z.string(), waitMs: z.number() }),
]);
export type PeekReply = z.infer<typeof peekReply>;

const carried = {
  attempt: z.int(),
  state,
  vehicle: z.string(),
  queue: z.string(),
  /** Until its next look, where it is generating. */
  delayMs: z.number(),
  /** When that is, in ms since the epoch of Redis. */
  dueAt: z.number(),
  /** Callbacks so far; whoever adds the vehicle looks for more of them afterwards. */
  hints: z.int(),
};
export const acceptReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('accepted'), ...carried }),
  z.object({ ok: z.literal('surplus'), ...carried }),
  z.object({ ok: z.literal('bound'), owner: z.string() }),
  z.object({ ok: z.literal('other_task'), taskId: z.string() }),
  unknownAttempt,
  missing,
]);
export type AcceptReply = z.infer<typeof acceptReply>;

const hinted = { state, hints: z.int() };
/** The callback names another task than the attempt has. */
const foreign = z.boolean();
export const hintReply = z.discriminatedUnion('ok', [
  /** The task is being polled: its vehicle should come at once. */
  z.object({ ok: z.literal('hinted'), ...hinted, vehicle: z.string(), queue: z.string(), foreign }),
  /** The attempt has no task, or gave it up: recordInfo must prove that this one is its own. */
  z.object({ ok: z.literal('claimed'), ...hinted, attempt: z.int(), taskId: z.string() }),
  z.object({ ok: z.literal('too_many'), ...hinted }),
  /** The attempt has no task and the callback named none. */
  z.object({ ok: z.literal('no_task'), ...hinted }),
  /** Nothing to do. */
  z.object({ ok: z.literal('settled'), ...hinted, foreign }),
  unknownAttempt,
  missing,
]);
export type HintReply = z.infer<typeof hintReply>;

export const unclaimReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('dropped') }),
  z.object({ ok: z.literal('none') }),
  missing,
]);
export type UnclaimReply = z.infer<typeof unclaimReply>;

export const refuseReply = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal('queued'),
    delayMs: z.number(),
    vehicle: z.string(),
    /** True when the vehicle is the job that was being processed; false when a new job must be added. */
    added: z.boolean(),
    attempt: z.int(),
  }),
  z.object({ ok: z.literal('dead'), class: letterClass, ...noticed }),
  stale,
  unknownAttempt,
  missing,
]);
export type RefuseReply = z.infer<typeof refuseReply>;

export const loseReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('unknown'), attempt: z.int() }),
  stale,
  unknownAttempt,
  missing,
]);
export type LoseReply = z.infer<typeof loseReply>;

export const expireReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('unknown'), attempt: z.int() }),
  z.object({ ok: z.literal('not_yet'), leaseMs: z.number() }),
  stale,
  missing,
]);
export type ExpireReply = z.infer<typeof expireReply>;

export const resubmitReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('queued'), vehicle: z.string(), attempt: z.int() }),
  z.object({ ok: z.literal('exhausted') }),
  stale,
  missing,
]);
export type ResubmitReply = z.infer<typeof resubmitReply>;

export const settleReply = z.discriminatedUnion('ok', [
  /** `ageMs`: since its creation. */
  z.object({ ok: z.literal('settled'), state, vehicle: z.string(), ageMs: z.number(), ...noticed, ...archiving }),
  stale,
  missing,
]);
export type SettleReply = z.infer<typeof settleReply>;

export const archivedReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('succeeded'), ...noticed }),
  /** The generation was deleted meanwhile: so are its files to be. */
  z.object({ ok: z.literal('purged') }),
  stale,
  missing,
]);
export type ArchivedReply = z.infer<typeof archivedReply>;

export const unsavedReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('retry'), delayMs: z.number() }),
  /** Dead letter `archive_failed`. */
  z.object({ ok: z.literal('given_up'), ...noticed }),
  stale,
  missing,
]);
export type UnsavedReply = z.infer<typeof unsavedReply>;

export const killReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('dead'), class: letterClass, ...noticed }),
  z.object({ ok: z.literal('not_yet'), waitMs: z.number() }),
  z.object({ ok: z.literal('wrong_account') }),
  stale,
  missing,
]);
export type KillReply = z.infer<typeof killReply>;

export const redriveReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('redriven'), state, vehicle: z.string(), queue: z.string(), ...noticed, ...archiving }),
  /** `state` is where it would resume: a state, or `notify`. */
  z.object({ ok: z.literal('would_redrive'), state: wordOf([...GENERATION_STATES, 'notify']) }),
  z.object({ ok: z.literal('no_letter'), class: z.string(), state }),
  z.object({ ok: z.literal('no_payload') }),
  z.object({ ok: z.literal('too_early'), waitMs: z.number() }),
  /** Only of automatic ones: more than one answer was lost already, or a task is named and Kie is being asked. */
  z.object({ ok: z.literal('by_hand') }),
  newer,
  missing,
]);
export type RedriveReply = z.infer<typeof redriveReply>;

/** What a purged generation leaves in the stores, for the caller to remove. */
const leftInStores = z.object({
  /** Where it names uploaded images. */
  payload: z.string().optional(),
  /** Names of its archived results. */
  files: z.array(z.string()).optional(),
  /** Its results were not all archived; some may be. */
  unfinished: z.literal(true).optional(),
});
export type LeftInStores = z.infer<typeof leftInStores>;

export const purgeReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('purged'), left: leftInStores.optional() }),
  z.object({ ok: z.literal('open_letter'), class: letterClass }),
  newer,
  stale,
]);
export type PurgeReply = z.infer<typeof purgeReply>;

export const observeReply = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal('parked'),
    /** 0 when a callback came during the look. */
    delayMs: z.number(),
    /** When the next look is due, in ms since the epoch of Redis. */
    dueAt: z.number(),
    /** Callbacks so far; whoever parks the job looks for more of them afterwards. */
    hints: z.int(),
    /** Looks at this task, this one included. */
    polls: z.int(),
    misses: z.number(),
    missingForMs: z.number(),
    missingTasks: z.number(),
    /** Since Kie first said success without a result; absent where it has not. */
    noResultForMs: z.number().optional(),
  }),
  stale,
  missing,
]);
export type ObserveReply = z.infer<typeof observeReply>;

export const lookReply = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal('granted'),
    taskId: z.string(),
    ageMs: z.number(),
    pollingForMs: z.number(),
    resubmits: z.number(),
    /** Looks at this task before this one. */
    polls: z.number(),
    /** Callbacks so far; `observe` compares. */
    hints: z.int(),
    /** Since Kie first said success without a result; absent where it has not. */
    noResultForMs: z.number().optional(),
    model: z.string(),
    /** Which completion times are like this task's, as `accept` was told. */
    kind: z.string().optional(),
    /** W3C `traceparent` of the caller. */
    trace: z.string().optional(),
  }),
  z.object({ ok: z.literal('wait'), waitMs: z.number() }),
  stale,
  missing,
]);
export type LookReply = z.infer<typeof lookReply>;

export const permitReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('granted'), places: z.number() }),
  z.object({ ok: z.literal('wait'), waitMs: z.number() }),
]);
export type PermitReply = z.infer<typeof permitReply>;

export const uploadedReply = z.discriminatedUnion('ok', [z.object({ ok: z.literal('uploaded') }), stale, missing]);
export type UploadedReply = z.infer<typeof uploadedReply>;

export const postponeReply = z.discriminatedUnion('ok', [
  /** `tries`: failures in a row, this one included. */
  z.object({ ok: z.literal('postponed'), tries: z.int() }),
  stale,
  missing,
]);
export type PostponeReply = z.infer<typeof postponeReply>;

export const noticedReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('delivered') }),
  z.object({ ok: z.literal('retry'), delayMs: z.number() }),
  z.object({ ok: z.literal('given_up') }),
  stale,
  missing,
]);
export type NoticedReply = z.infer<typeof noticedReply>;

export const renoticeReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('renoticed'), vehicle: z.string(), delayMs: z.number() }),
  stale,
  missing,
]);
export type RenoticeReply = z.infer<typeof renoticeReply>;

export const listReply = z.object({
  ok: z.literal('page'),
  items: z.union([
    z.array(z.object({ id: z.string(), at: z.number(), source: z.string() })),
    z.object({}).transform((): { id: string; at: number; source: string }[] => []),
  ]),
  /** Where the next page begins; absent at the end. */
  next: z.object({ at: z.number(), id: z.string() }).optional(),
});

export const requeueReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('requeued'), vehicle: z.string(), queue: z.string(), delayMs: z.number(), ...archiving }),
  stale,
  missing,
]);
export type RequeueReply = z.infer<typeof requeueReply>;

export const sweepReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('other'), worker: z.string() }),
  z.object({
    ok: z.literal('leader'),
    more: z.boolean(),
    due: z
      .array(
        z.object({
          id: z.string(),
          state,
          vehicle: z.string(),
          queue: z.string(),
          pastDeadline: z.boolean(),
          overdue: z.boolean(),
          /** Its results are being saved, also where it has succeeded already. */
          archiving: z.boolean().optional(),
          /** Their links are assumed dead. */
          linksDead: z.boolean().optional(),
        }),
      )
      .default([]),
    mirror: z.array(z.string()).default([]),
    /** Notices whose job should have come long ago. */
    notices: z.array(z.object({ id: z.string(), vehicle: z.string() })).default([]),
    /** Claims that nobody has judged for so long. */
    claims: z.array(z.object({ id: z.string(), taskId: z.string() })).default([]),
  }),
]);
export type SweepReply = z.infer<typeof sweepReply>;

export const gateReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('closed') }),
  z.object({ ok: z.literal('opened') }),
  z.object({ ok: z.literal('not_closed') }),
  z.object({ ok: z.literal('claimed') }),
  z.object({ ok: z.literal('noted') }),
  z.object({ ok: z.literal('not_yet'), waitMs: z.number() }),
  z.object({ ok: z.literal('still_closed'), need: z.number().nullable() }),
]);
export type GateReply = z.infer<typeof gateReply>;

export const configureReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('agreed') }),
  z.object({
    ok: z.literal('differs'),
    differences: z.array(z.object({ setting: z.string(), stored: z.string(), received: z.string() })),
  }),
]);
export type ConfigureReply = z.infer<typeof configureReply>;

export const announceReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal('announced'), since: z.number() }),
  z.object({ ok: z.literal('full'), since: z.number() }),
]);
export type AnnounceReply = z.infer<typeof announceReply>;

export const leaveReply = z.object({ ok: z.literal('left') });

const seenWorker = z.object({ id: z.string(), told: z.string().optional() });
export const workersReply = z.object({
  ok: z.literal('workers'),
  at: z.number(),
  seenAt: z.number().optional(),
  unannounced: z.boolean(),
  workers: z.array(seenWorker).default([]),
});
