import {
  canonicalJson,
  digest,
  GENERATION_ID,
  jobGenerationId,
  keyedGenerationId,
  uploadsIn,
  withoutUploadCopies,
} from '@kieq/domain';
import { parseByRules, validateCreateRequest, withoutAbsent, type Problem } from '@kieq/kie';
import { z } from 'zod';
import { DEFAULT_PRIORITY } from './catalogue.ts';
import { textProblems } from './text-problems.ts';

/** Version of the job payload. A worker refuses newer versions as `invalid_request`; older ones stay readable. */
export const PAYLOAD_VERSION = 1;
/** Longest request, as JSON text in bytes. */
export const REQUEST_LIMIT_BYTES = 262_144;

const WEEK_MS = 7 * 86_400_000;
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).max(2000);
const jsonObject = z.record(z.string(), z.unknown());

/** What a caller may say next to the request itself. The schema below checks it; callers' types must not need zod's. */
export interface GenerationOptions {
  /** The same tenant and key are the same generation. Without a key every call is a new, paid generation. */
  readonly idempotencyKey?: string | undefined;
  /** Owner of the generation: 1 to 64 letters, digits, `.`, `_` or `-`. Default `default`. */
  readonly tenant?: string | undefined;
  /** 1 comes first, 1000 last. Default 100. */
  readonly priority?: number | undefined;
  /** The earliest start, in ms from now; at most a week. Default 0. */
  readonly delayMs?: number | undefined;
  /** How long it may wait in the queue, in ms. Default: the pool's `KIEQ_DEADLINE_MS`. */
  readonly deadlineMs?: number | undefined;
  /** http(s) URL that receives Kie's callback body when the generation ends. */
  readonly callBackUrl?: string | undefined;
  /** Given back with every view; at most 50 entries of text. */
  readonly metadata?: Record<string, string> | undefined;
}

/**
 * Checks `GenerationOptions`; shared by the producer, job payloads and the gateway.
 * Unknown names are refused: dropping a misspelt `idempotencyKey` silently would lead to paying twice.
 */
export const optionsSchema = z.strictObject({
  idempotencyKey: z.string().min(1).max(255).optional(),
  tenant: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
    .default('default'),
  priority: z.int().min(1).max(1000).default(DEFAULT_PRIORITY),
  delayMs: z.int().min(0).max(WEEK_MS).default(0),
  deadlineMs: z
    .int()
    .min(1)
    .max(365 * 86_400_000)
    .optional(),
  callBackUrl: httpUrl.optional(),
  metadata: z
    .record(z.string().max(100), z.string().max(1000))
    .refine((map) => Object.keys(map).length <= 50, 'must have at most 50 entries')
    .optional(),
} satisfies { [Name in keyof GenerationOptions]-?: z.ZodType<unknown, GenerationOptions[Name]> });

/**
 * They name the generation and its owner. An empty one is a mistake, such as an unfilled column: if it counted as
 * absent, the mistake would appear only after a repetition was paid. The gateway, which can warn, accepts it.
 */
export const NAMING = ['idempotencyKey', 'tenant'] as const;

const jobRequestSchema = z.strictObject({ model: z.string(), input: jsonObject, callBackUrl: httpUrl.optional() });

/** A first vehicle carries the request; later ones name only the generation, whose payload is frozen in the ledger. */
const submitJobSchema = z
  .strictObject({
    v: z.literal(PAYLOAD_VERSION, `must be ${PAYLOAD_VERSION}`),
    generation: z.string().regex(GENERATION_ID, 'must be a generation id').optional(),
    request: jobRequestSchema.optional(),
    ...optionsSchema.shape,
  })
  .refine((job) => job.request !== undefined || job.generation !== undefined, {
    path: ['request'],
    error: 'is required unless a generation is named',
  });
export type SubmitJob = z.input<typeof submitJobSchema>;

export const pollJobSchema = z.object({
  v: z.literal(PAYLOAD_VERSION),
  generation: z.string().regex(GENERATION_ID),
  /** The job asks whether this task belongs to the generation, as a callback claims. */
  claim: z.string().min(1).max(200).optional(),
});
export type PollJob = z.infer<typeof pollJobSchema>;

/** What is frozen in the ledger at `create`. */
export const frozenPayloadSchema = z.object({
  request: z.object({ model: z.string(), input: jsonObject }),
  callBackUrl: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  idempotencyKey: z.string().optional(),
});
export type FrozenPayload = z.infer<typeof frozenPayloadSchema>;

/** The frozen payload of a record; undefined where it was purged or never was a valid request. */
export function frozenPayload(payload: string | undefined): FrozenPayload | undefined {
  if (payload === undefined) return undefined;
  try {
    return frozenPayloadSchema.parse(JSON.parse(payload));
  } catch {
    return undefined;
  }
}

/** A request that passed every check, ready for the ledger. */
export interface CheckedRequest {
  readonly id: string;
  readonly payload: string;
  readonly hash: string;
  readonly model: string;
  readonly tenant: string;
  readonly priority: number;
  readonly delayMs: number;
  readonly deadlineMs?: number;
  /** The caller wants a callback. */
  readonly callback: boolean;
  /** The request names uploaded images. */
  readonly uploads: boolean;
  /** An idempotency key names the generation. */
  readonly keyed: boolean;
  /**
   * The hash covers what the caller sent, which is another request than this one (`AS_SENT`). A job with this request would
   * have another hash, so its first vehicle only names the generation.
   */
  readonly mapped?: true;
  /** W3C `traceparent` of the caller; never a part of what makes two requests the same. */
  readonly trace?: string;
}

/** What the ledger stores of a request: all but whether an idempotency key named it, and what its hash covers. */
export function ledgerFields({
  keyed: _keyed,
  mapped: _mapped,
  ...fields
}: CheckedRequest): Omit<CheckedRequest, 'keyed' | 'mapped'> {
  return fields;
}

export type PayloadCheck<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Checks a request with its options as they arrived at one of our interfaces, and freezes it. What would not arrive at
 * Kie unchanged is refused (`textProblems`); raw jobs are exempt from that, since some client has decoded them already.
 * An optional field that is null, "" or blank is absent; key and tenant only where they are null (`NAMING`). The hash
 * covers what the caller asks for (request, callback address, metadata), not when or how urgently.
 * @param idFor names the generation when neither an idempotency key nor an id does
 * @param sent what the caller sent instead of this request (`AS_SENT`); the hash covers it in place of the request
 */
export function checkRequest(
  request: unknown,
  options: unknown,
  idFor: (tenant: string) => string,
  sent?: unknown,
): PayloadCheck<CheckedRequest> {
  const tooMuch = excessOf(request, options) ?? excess(sent);
  if (tooMuch !== undefined) return { ok: false, problems: [tooMuch] };
  const unreadable = [...textProblems(request), ...textProblems(options)];
  const frozen = freeze(request, options, idFor, sent);
  if (unreadable.length === 0) return frozen;
  return { ok: false, problems: [...unreadable, ...(frozen.ok ? [] : frozen.problems)] };
}

/** @param request known to be shallow, as are the options */
function freeze(
  request: unknown,
  options: unknown,
  idFor: (tenant: string) => string,
  sent?: unknown,
): PayloadCheck<CheckedRequest> {
  const parsedOptions = parseOptions(options);
  const parsedRequest = validateCreateRequest(request);
  const problems = [
    ...(parsedRequest.ok ? [] : parsedRequest.problems),
    ...(parsedOptions.success ? [] : problemsOf(parsedOptions.error, options)),
  ];
  if (!parsedRequest.ok || !parsedOptions.success) return { ok: false, problems };
  const { idempotencyKey, tenant, priority, delayMs, deadlineMs, metadata } = parsedOptions.data;
  const { model, input } = parsedRequest.request;
  // In Kie's API it is part of the request; here it is one of the options.
  const callBackUrl = parsedOptions.data.callBackUrl ?? parsedRequest.request.callBackUrl;
  const body = jsonText({ request: { model, input }, callBackUrl, metadata });
  const hashed = sent === undefined ? body : jsonText({ request: sent, callBackUrl, metadata });
  if (body === undefined || hashed === undefined)
    return {
      ok: false,
      problems: [{ field: 'input', rule: 'must be JSON', received: 'a value that JSON cannot represent' }],
    };
  if (Buffer.byteLength(body) > REQUEST_LIMIT_BYTES) {
    const received = `${Buffer.byteLength(body)} bytes`;
    return {
      ok: false,
      problems: [{ field: 'input', rule: `must be at most ${REQUEST_LIMIT_BYTES} bytes of JSON`, received }],
    };
  }
  return {
    ok: true,
    value: {
      id: idempotencyKey === undefined ? idFor(tenant) : keyedGenerationId(tenant, idempotencyKey),
      payload:
        idempotencyKey === undefined
          ? body
          : canonicalJson({ request: { model, input }, callBackUrl, metadata, idempotencyKey }),
      hash: digest(withoutUploadCopies(hashed)),
      model,
      tenant,
      priority,
      delayMs,
      callback: callBackUrl !== undefined,
      uploads: uploadsIn(input).length > 0,
      keyed: idempotencyKey !== undefined,
      ...(sent === undefined ? {} : { mapped: true }),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    },
  };
}

/** Most callers have none. */
const NO_OPTIONS = optionsSchema.safeParse({});

function parseOptions(options: unknown): typeof NO_OPTIONS {
  if (isEmpty(options)) return NO_OPTIONS;
  return parseByRules(optionsSchema, withoutAbsent(optionsSchema, options, NAMING));
}

/** A plain object without fields; an instance may have fields in its class. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).length > 0) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** A job of `submit`. */
export interface CheckedJob {
  readonly generation: string;
  /** Absent where the job only names its generation. */
  readonly request?: CheckedRequest;
  /**
   * It has fields that this version does not know, as a newer version writes them. The payload is frozen in the record:
   * where there is one they do not matter. Where there is none the job must not make it.
   */
  readonly problems?: readonly Problem[];
}

/** Reads the data of a job in `submit`: ours, or of any other BullMQ client. */
export function checkSubmitJob(
  data: unknown,
  job: { readonly id: string; readonly timestamp: number },
): PayloadCheck<CheckedJob> {
  const tooMuch = excess(data);
  if (tooMuch !== undefined) return { ok: false, problems: [tooMuch] };
  const parsed = parseByRules(submitJobSchema, presentIn(data));
  if (!parsed.success) {
    const problems = problemsOf(parsed.error, data);
    const generation = namedIn(data, parsed.error);
    return generation === undefined ? { ok: false, problems } : { ok: true, value: { generation, problems } };
  }
  const { v: _version, generation, request, ...options } = parsed.data;
  if (request === undefined) return { ok: true, value: { generation: generation ?? '' } };
  const checked = freeze(request, options, (tenant) => generation ?? jobGenerationId(tenant, job.id, job.timestamp));
  if (!checked.ok) return checked;
  return { ok: true, value: { generation: checked.value.id, request: checked.value } };
}

/** The generation that a job names whose only fault is fields that this version does not know. */
function namedIn(data: unknown, { issues }: z.ZodError): string | undefined {
  if (issues.some(({ code, path }) => code !== 'unrecognized_keys' || path.length > 0)) return undefined;
  const generation = member(data, 'generation');
  return typeof generation === 'string' ? generation : undefined;
}

/** The data of a job without the optional fields that are absent, in itself and in its request. */
function presentIn(data: unknown): unknown {
  const job = withoutAbsent(submitJobSchema, data, NAMING);
  const request = member(job, 'request');
  return typeof job === 'object' && job !== null && request !== undefined
    ? { ...job, request: withoutAbsent(jobRequestSchema, request) }
    : job;
}

/** JSON Schema of the payload that any BullMQ client in any language may add to `submit`. */
export function submitJobJsonSchema(): object {
  return z.toJSONSchema(submitJobSchema, { io: 'input' });
}

/** A limit that a request or its options exceed, checked before everything else; undefined if none. */
export function excessOf(request: unknown, options: unknown): Problem | undefined {
  return excess(request) ?? excess(options);
}

/** Levels of nesting; far beyond any model's input, and shallow enough for everything that walks through it. */
const DEPTH_LIMIT = 100;
/** Values in total: each may be wrong, and reporting a hundred thousand problems would block the process. */
const VALUES_LIMIT = 2000;

/** A limit that a value exceeds, checked before everything else; undefined if none. */
function excess(value: unknown): Problem | undefined {
  const budget = { values: VALUES_LIMIT };
  if (isTooDeep(value, DEPTH_LIMIT, budget))
    return { field: 'input', rule: `must not be nested deeper than ${DEPTH_LIMIT} levels`, received: 'more' };
  if (budget.values >= 0) return undefined;
  return { field: 'input', rule: `must have at most ${VALUES_LIMIT} values`, received: 'more' };
}

/** True also for values that contain themselves. Stops when the budget is used up. */
function isTooDeep(value: unknown, levels: number, budget: { values: number }): boolean {
  budget.values -= 1;
  if (budget.values < 0 || typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  // An array of a million members must not be copied to be counted.
  if (Array.isArray(value) && value.length > budget.values) budget.values = -1;
  return budget.values >= 0 && Object.values(value).some((inner) => isTooDeep(inner, levels - 1, budget));
}

/** Undefined for what a caller in this process can pass although JSON cannot represent it, such as a bigint. */
function jsonText(value: unknown): string | undefined {
  try {
    return canonicalJson(value);
  } catch {
    return undefined;
  }
}

function problemsOf(error: z.ZodError, value: unknown): Problem[] {
  return error.issues.flatMap((issue) => {
    const parent = issue.path.reduce<unknown>((at, part) => member(at, part), value);
    if (issue.code !== 'unrecognized_keys') {
      return [{ field: fieldOf(issue.path), rule: issue.message, received: preview(parent) }];
    }
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key]),
      rule: 'is no known field',
      received: preview(member(parent, key)),
    }));
  });
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

function member(value: unknown, part: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
}

function preview(value: unknown): string {
  return (value === undefined ? 'undefined' : (jsonText(value) ?? typeof value)).slice(0, 200);
}
