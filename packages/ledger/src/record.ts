import { DEAD_LETTER_CLASSES, GENERATION_STATES, type OrNewer } from '@kieq/domain';
import { z } from 'zod';
import { archiveOf, type ArchiveStatus } from './archive-record.ts';
import { evidenceSchema } from './evidence.ts';
import { count, optionalNumber, optionalText, optionalWord, wordOf } from './fields.ts';

/** The outcome of an attempt: `open` while its response is awaited. */
export const ATTEMPT_OUTCOMES = [
  'open',
  'accepted',
  'adopted',
  'refused',
  'lost',
  'expired',
  'resubmitted',
  'surplus',
] as const;
/** A delivery: pending, delivered, or given up. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One try to submit. Times are epoch ms in Redis time. */
const attemptSchema = z.object({
  n: z.int(),
  /** SHA-256 of the attempt's secret token, hex. */
  tokenHash: z.string(),
  /** Fingerprint of the account's key that was to send it. */
  account: z.string().optional(),
  worker: z.string().optional(),
  admittedAt: z.number(),
  /** After this moment the worker must not write the first byte. */
  sendBy: z.number(),
  leaseUntil: z.number().optional(),
  outcome: wordOf(ATTEMPT_OUTCOMES),
  answeredAt: z.number().optional(),
  taskId: z.string().optional(),
  canary: z.boolean().optional(),
  evidence: evidenceSchema.optional(),
});
export type Attempt = z.infer<typeof attemptSchema>;

const verdictSchema = z.object({
  state: wordOf(['success', 'fail']),
  // Lua writes an empty list as an empty object.
  resultUrls: z.union([z.array(z.string()), z.object({}).transform((): string[] => [])]),
  resultJson: z.string().optional(),
  failCode: z.string().optional(),
  failMsg: z.string().optional(),
  creditsConsumed: z.number().optional(),
  createTime: z.number().optional(),
  completeTime: z.number().optional(),
});

const deadLetterSchema = z.object({
  class: wordOf(DEAD_LETTER_CLASSES),
  openedAt: z.number(),
  evidence: evidenceSchema,
  /** The state of the generation when the dead letter was opened. */
  from: z.string().optional(),
  /** Until then a dead generation shows as `waiting` to callers: `KIEQ_HOLD_MS` as it was when the dead letter opened. */
  heldUntil: z.number().optional(),
});

/** As they are stored; records of every version have these names. */
const fields = z.object({
  state: wordOf(GENERATION_STATES),
  since: count,
  hash: z.string(),
  payload: optionalText,
  tenant: z.string(),
  model: z.string(),
  priority: count,
  createdAt: count,
  queuedAt: optionalNumber,
  notBefore: optionalNumber,
  deadlineAt: optionalNumber,
  endedAt: optionalNumber,
  settledAt: optionalNumber,
  acceptedAt: optionalNumber,
  pollSince: optionalNumber,
  nextPollAt: optionalNumber,
  purgedAt: optionalNumber,
  epoch: count,
  vehicle: z.string(),
  queue: z.string(),
  attempts: count,
  current: count,
  taskId: optionalText,
  polls: count,
  misses: count,
  firstMissAt: optionalNumber,
  serverErrors: count,
  validationRetries: count,
  resubmits: count,
  /** Grows with every change of a dead letter. */
  letters: count,
  /** W3C `traceparent` of the caller. */
  trace: optionalText,
  /** '1': the caller wants a callback at the end. */
  callback: optionalText,
  /** The delivery of its last end. */
  noticeState: optionalWord(DELIVERY_STATES),
  noticeVehicle: optionalText,
  /** When it is due; then when its tries began; then how many failed. */
  noticeAt: optionalNumber,
  noticeSince: optionalNumber,
  noticeTries: count,
  /** The last response of the receiver, as evidence. */
  noticeEvidence: optionalText,
  noticeLetter: optionalText,
  letter: optionalText,
  verdict: optionalText,
  /** Callbacks that have come, believed or not. */
  hints: count,
  claims: optionalText,
});

/** By task. */
const claimsSchema = z.record(z.string(), z.object({ attempt: z.int(), at: z.number() }));

/** A callback's statement about an attempt without a task; recordInfo must prove it. */
export interface Claim {
  readonly taskId: string;
  readonly attempt: number;
  /** When it came first. */
  readonly at: number;
}

type Fields = z.infer<typeof fields>;
type NoticeField = Extract<keyof Fields, `notice${string}`>;
/** Fields that have another name, or another shape, in `GenerationRecord`. */
type Reshaped = 'attempts' | 'letter' | 'letters' | 'hints' | 'verdict' | 'callback' | 'claims';

/** The request to the caller's `callBackUrl` about a generation's last end. Times are epoch ms in Redis time. */
export interface DeliveryRecord {
  readonly state: OrNewer<DeliveryState>;
  /** Job id in the queue `notify`. */
  readonly vehicle: string;
  readonly dueAt: number;
  /** When its first try was due; `notify_failed` opens 24 h later. */
  readonly since: number;
  /** Tries that failed. */
  readonly tries: number;
  readonly evidence?: z.infer<typeof evidenceSchema>;
  /** Open after the delivery was given up. */
  readonly deadLetter?: z.infer<typeof deadLetterSchema>;
}

/** A generation as the ledger records it, whichever version has written it. Times are epoch ms in Redis time. */
export type GenerationRecord = Omit<Fields, Reshaped | NoticeField> & {
  readonly id: string;
  readonly attempts: readonly Attempt[];
  readonly deadLetter?: z.infer<typeof deadLetterSchema>;
  /** Grows with every change of a dead letter. */
  readonly deadLetterChanges: number;
  /** Callbacks of Kie that have come, believed or not. */
  readonly callbacksSeen: number;
  readonly verdict?: z.infer<typeof verdictSchema>;
  /** Whether the caller wants a callback at the end. */
  readonly callback: boolean;
  readonly delivery?: DeliveryRecord;
  /** Saving its results; absent where they are not saved. */
  readonly archiving?: ArchiveStatus;
  readonly claims?: readonly Claim[];
};

/** Reads the hash of a record; undefined where there is none. */
export function parseRecord(id: string, hash: Readonly<Record<string, string>>): GenerationRecord | undefined {
  if (hash['state'] === undefined) return undefined;
  const { attempts, letter, letters, hints, verdict, callback, claims, ...others } = fields.parse(hash);
  const { delivery, rest } = splitDelivery(others);
  const archiving = archiveOf(hash);
  return {
    id,
    ...rest,
    callback: callback === '1',
    deadLetterChanges: letters,
    callbacksSeen: hints,
    ...(delivery === undefined ? {} : { delivery }),
    ...(archiving === undefined ? {} : { archiving }),
    ...(claims === undefined ? {} : { claims: parseClaims(claims) }),
    attempts: parseAttempts(hash, attempts),
    ...(letter === undefined ? {} : { deadLetter: deadLetterSchema.parse(JSON.parse(letter)) }),
    ...(verdict === undefined ? {} : { verdict: verdictSchema.parse(JSON.parse(verdict)) }),
  };
}

function splitDelivery(record: Omit<Fields, Reshaped>) {
  const { noticeState, noticeVehicle, noticeAt, noticeSince, noticeTries, noticeEvidence, noticeLetter, ...rest } =
    record;
  if (noticeState === undefined) return { rest, delivery: undefined };
  const delivery: DeliveryRecord = {
    state: noticeState,
    vehicle: noticeVehicle ?? '',
    dueAt: noticeAt ?? 0,
    since: noticeSince ?? 0,
    tries: noticeTries,
    ...(noticeEvidence === undefined ? {} : { evidence: evidenceSchema.parse(JSON.parse(noticeEvidence)) }),
    ...(noticeLetter === undefined ? {} : { deadLetter: deadLetterSchema.parse(JSON.parse(noticeLetter)) }),
  };
  return { rest, delivery };
}

function parseClaims(json: string): Claim[] {
  return Object.entries(claimsSchema.parse(JSON.parse(json))).map(([taskId, claim]) => ({ taskId, ...claim }));
}

function parseAttempts(hash: Readonly<Record<string, string>>, made: number): Attempt[] {
  const attempts: Attempt[] = [];
  for (let n = 1; n <= made; n += 1) {
    const json = hash[`a:${n}`];
    if (json !== undefined) attempts.push(attemptSchema.parse(JSON.parse(json)));
  }
  return attempts;
}
