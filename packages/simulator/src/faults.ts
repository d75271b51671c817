import { z } from 'zod';
import type { FaultRule } from './fault-rules.ts';

const ms = z.number().min(0);
const created = z.boolean();
const retryAfter = z.union([z.number().min(0), z.string()]).optional();

/** What can happen to any answer on its way. */
const transport = [
  /** HTTP 429 with an envelope of code 429. */
  z.strictObject({ kind: z.literal('status429'), retryAfter }),
  /** HTTP 200 with an envelope of code 429. `retryAfter`: header in seconds or as an HTTP date. */
  z.strictObject({ kind: z.literal('envelope429'), retryAfter }),
  /** An HTML page, as Cloudflare sends it. `created`: whether the task was created all the same (default false). */
  z.strictObject({
    kind: z.literal('html'),
    status: z.int().min(200).max(599).default(502),
    created: created.default(false),
  }),
  /** A redirect. */
  z.strictObject({
    kind: z.literal('redirect'),
    status: z.union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)]).default(307),
    location: z.string(),
    created: created.default(false),
  }),
  /** An envelope with any code, in the configured error style unless `httpStatus` is given. */
  z.strictObject({
    kind: z.literal('code'),
    code: z.int(),
    msg: z.string().optional(),
    httpStatus: z.int().min(200).max(599).optional(),
    created: created.default(false),
  }),
  /** The connection is destroyed before anything happens. */
  z.strictObject({ kind: z.literal('cutBefore') }),
  /** Nothing happens and no answer ever comes. */
  z.strictObject({ kind: z.literal('hangBefore') }),
  /** Handled at arrival, answered this much later, ms. */
  z.strictObject({ kind: z.literal('delayAnswer'), ms }),
  /** The answer waits for `release`; `at: 'before'` holds the request itself, so that nothing is created until then. */
  z.strictObject({ kind: z.literal('hold'), at: z.enum(['before', 'after']).default('after') }),
  /** Headers at once, the body in small pieces over `ms`. */
  z.strictObject({ kind: z.literal('slowBody'), ms: ms.default(1000) }),
  /** Half of the body, then the connection is destroyed. */
  z.strictObject({ kind: z.literal('cutBody') }),
  /** HTTP 200 with a body that is not JSON. */
  z.strictObject({ kind: z.literal('invalidJson') }),
  /** A valid answer padded to this many bytes (default 16 MiB). */
  z.strictObject({
    kind: z.literal('hugeBody'),
    bytes: z
      .int()
      .min(0)
      .default(16 * 1024 * 1024),
  }),
] as const;

const transportFaultSchema = z.discriminatedUnion('kind', transport);

/** What can happen to createTask: all transport faults, and these. */
const createFaultSchema = z.discriminatedUnion('kind', [
  ...transport,
  /** HTTP 402 with an envelope of code 402, whatever the balance. */
  z.strictObject({ kind: z.literal('status402') }),
  z.strictObject({ kind: z.literal('envelope402') }),
  /** Created, then the connection is destroyed without an answer. */
  z.strictObject({ kind: z.literal('cutAfter') }),
  /** Created, but no answer ever comes. */
  z.strictObject({ kind: z.literal('hangAfter') }),
  /** Code 200 without a taskId. */
  z.strictObject({ kind: z.literal('noTaskId'), created: created.default(false) }),
  /** Created, and answered with the taskId next to an error code. */
  z.strictObject({
    kind: z.literal('errorWithTaskId'),
    code: z.int().default(500),
    msg: z.string().optional(),
  }),
]);
export type CreateFault = z.infer<typeof createFaultSchema>;

const oddResult = { resultJson: z.string(), more: z.record(z.string(), z.unknown()).optional() };

/** What can happen to recordInfo: all transport faults, and these. */
const queryFaultSchema = z.discriminatedUnion('kind', [
  ...transport,
  /** "recordInfo is null" for this answer. */
  z.strictObject({ kind: z.literal('notFound') }),
  /** From now on the task never ends. */
  z.strictObject({ kind: z.literal('stuck') }),
  /** Another state word in this answer. */
  z.strictObject({ kind: z.literal('state'), word: z.string() }),
  /** A task that has succeeded has this `resultJson` in this answer, word for word, and `more` next to it. */
  z.strictObject({ kind: z.literal('result'), ...oddResult }),
  /** The task fails now, and its credits are refunded. */
  z.strictObject({
    kind: z.literal('fail'),
    failCode: z.string().default('500'),
    failMsg: z.string().default('Internal Error'),
  }),
  /** The task ends now without a result and is refunded; from now on recordInfo answers code 408. */
  z.strictObject({ kind: z.literal('code408') }),
  /** The same with code 501. */
  z.strictObject({ kind: z.literal('code501') }),
]);
export type QueryFault = z.infer<typeof queryFaultSchema>;

/** The fate of a task, decided when it is created. */
const taskFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('stuck') }),
  z.strictObject({
    kind: z.literal('fail'),
    failCode: z.string().default('500'),
    failMsg: z.string().default('Content was flagged as sensitive'),
  }),
  /** Fails with a message that Kie's users know as transient; with the default `times: 1` the next try succeeds. */
  z.strictObject({
    kind: z.literal('transientFail'),
    failMsg: z.string().default('Internal Error'),
  }),
  /** Ends after exactly this long, ms. */
  z.strictObject({ kind: z.literal('duration'), ms }),
  /** Unknown to recordInfo for this long after creation, ms; null: always. */
  z.strictObject({ kind: z.literal('unknownFor'), ms: ms.nullable() }),
  /** Succeeds with this `resultJson`, word for word, and with `more` next to it, in `data` of recordInfo and callbacks. */
  z.strictObject({ kind: z.literal('result'), ...oddResult }),
]);
export type TaskFault = z.infer<typeof taskFaultSchema>;

/** What can happen to the callbacks of a task, decided when it is created. */
const callbackFaultSchema = z.discriminatedUnion('kind', [
  /** Never sent. */
  z.strictObject({ kind: z.literal('lost') }),
  /** The task ends at once, and the callback is delivered before createTask is answered. */
  z.strictObject({ kind: z.literal('early') }),
  /** Sent this long after the verdict, ms. */
  z.strictObject({ kind: z.literal('late'), ms }),
  /** Sent `copies` more times. */
  z.strictObject({ kind: z.literal('duplicated'), copies: z.int().min(1).default(1) }),
  /** An extra, untrue callback `afterMs` after creation; the true one follows in its time. */
  z.strictObject({
    kind: z.literal('forged'),
    /** Wrong signature; another task's id (correctly signed); or a valid signature around an untrue body. */
    variant: z.enum(['signature', 'taskId', 'body']).default('body'),
    afterMs: ms.default(0),
  }),
]);
export type CallbackFault = z.infer<typeof callbackFaultSchema>;

const whenSchema = z.strictObject({
  /** The n-th call of the endpoint (or n-th created task), counted from 1 since the start or the last reset. */
  call: z.int().min(1).optional(),
  /** Part of the prompt of the request, or of the task asked about. */
  prompt: z.string().optional(),
  /** Chance in [0, 1] for each call that matches otherwise. */
  probability: z.number().min(0).max(1).optional(),
  /** Number of matching calls that pass first. Default 0. */
  skip: z.int().min(0).default(0),
  /** Number of times the fault strikes. Default 1; with `probability`, always. */
  times: z.union([z.int().min(1), z.literal('always')]).optional(),
});

const when = whenSchema.prefault({});

const faultRuleSchema = z.discriminatedUnion('on', [
  z.strictObject({ on: z.literal('createTask'), when, fault: createFaultSchema }),
  z.strictObject({ on: z.literal('recordInfo'), when, fault: queryFaultSchema }),
  z.strictObject({ on: z.literal('task'), when, fault: taskFaultSchema }),
  z.strictObject({ on: z.literal('callback'), when, fault: callbackFaultSchema }),
  z.strictObject({ on: z.literal('credit'), when, fault: transportFaultSchema }),
  z.strictObject({ on: z.literal('upload'), when, fault: transportFaultSchema }),
  z.strictObject({ on: z.literal('result'), when, fault: transportFaultSchema }),
]) satisfies z.ZodType<unknown, FaultRule>;

export const faultRulesSchema = z.array(faultRuleSchema);

/** What the schema takes; `FaultRule` says the same in words of its own, without zod. */
export type WrittenRule = z.input<typeof faultRuleSchema>;
/** A rule with its defaults. */
export type ParsedRule = z.output<typeof faultRuleSchema>;
/** The faults by site. */
export type Faults = { [Rule in ParsedRule as Rule['on']]: Rule['fault'] };
