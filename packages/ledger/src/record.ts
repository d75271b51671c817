import { DEAD_LETTER_CLASSES, GENERATION_STATES } from '@kieq/domain';
import { z } from 'zod';

/** Redis hashes hold text only; an absent or empty field means that the value does not exist. */
const optionalNumber = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text === '' ? undefined : Number(text)));
const count = z
  .string()
  .optional()
  .transform((text) => Number(text ?? 0));
const optionalText = z
  .string()
  .optional()
  .transform((text) => (text === '' ? undefined : text));

const evidenceSchema = z.object({
  summary: z.string(),
  httpStatus: z.number().optional(),
  code: z.number().optional(),
  msg: z.string().optional(),
  transport: z.string().optional(),
  body: z.string().optional(),
});

/** One try to submit. Times are epoch ms in Redis time. */
const attemptSchema = z.object({
  n: z.int(),
  /** SHA-256 of the attempt's secret token, hex. */
  tokenHash: z.string(),
  /** Fingerprint of the account's key that was to send it. */
  account: z.string().optional(),
  worker: z.string().optional(),
  admittedAt: z.number(),
  /** After this moment the worker must not write the first byte any more. */
  sendBy: z.number(),
  leaseUntil: z.number().optional(),
  outcome: z.enum(['open', 'accepted', 'adopted', 'refused', 'lost', 'expired', 'resubmitted', 'surplus']),
  answeredAt: z.number().optional(),
  taskId: z.string().optional(),
  canary: z.boolean().optional(),
  evidence: evidenceSchema.optional(),
});
export type Attempt = z.infer<typeof attemptSchema>;

const verdictSchema = z.object({
  state: z.enum(['success', 'fail']),
  // Lua writes an empty list as an empty object.
  resultUrls: z.union([z.array(z.string()), z.object({}).transform((): string[] => [])]),
  resultJson: z.string().optional(),
  failCode: z.string().optional(),
  failMsg: z.string().optional(),
  creditsConsumed: z.number().optional(),
  createTime: z.number().optional(),
  completeTime: z.number().optional(),
});

const letterSchema = z.object({
  class: z.enum(DEAD_LETTER_CLASSES),
  openedAt: z.number(),
  evidence: evidenceSchema,
  /** The state the generation was in when the letter was opened. */
  from: z.string().optional(),
});

const fields = z.object({
  state: z.enum(GENERATION_STATES),
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
  /** Dead letters that were ever opened. */
  letters: count,
  letter: optionalText,
  verdict: optionalText,
});

/** What the ledger knows about one generation. Times are epoch ms in Redis time. */
export type GenerationRecord = Omit<z.infer<typeof fields>, 'attempts' | 'letter' | 'verdict'> & {
  readonly id: string;
  readonly attempts: readonly Attempt[];
  readonly letter?: z.infer<typeof letterSchema>;
  readonly verdict?: z.infer<typeof verdictSchema>;
};

/** Reads the hash of a record; undefined where there is none. */
export function parseRecord(id: string, hash: Readonly<Record<string, string>>): GenerationRecord | undefined {
  if (hash['state'] === undefined) return undefined;
  const { attempts, letter, verdict, ...rest } = fields.parse(hash);
  return {
    id,
    ...rest,
    attempts: parseAttempts(hash, attempts),
    ...(letter === undefined ? {} : { letter: letterSchema.parse(JSON.parse(letter)) }),
    ...(verdict === undefined ? {} : { verdict: verdictSchema.parse(JSON.parse(verdict)) }),
  };
}

function parseAttempts(hash: Readonly<Record<string, string>>, made: number): Attempt[] {
  const attempts: Attempt[] = [];
  for (let n = 1; n <= made; n += 1) {
    const json = hash[`a:${n}`];
    if (json !== undefined) attempts.push(attemptSchema.parse(JSON.parse(json)));
  }
  return attempts;
}
