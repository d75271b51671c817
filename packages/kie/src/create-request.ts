import { z } from 'zod';

import { withoutAbsent } from './absent.ts';
import { isHttpUrl, isRecord } from './json.ts';
import { KLING_DURATIONS, KLING_MODEL } from './kling.ts';
import { redactPatterns, shorten } from './redact.ts';
import { parseByRules } from './rules.ts';

/** Longest `input.prompt`, in Unicode code points. */
export const PROMPT_LIMIT = 1000;
const MODEL_LIMIT = 200;
const RECEIVED_LIMIT = 200;

const httpUrl = z.string().refine(isHttpUrl, 'must be an absolute http or https URL');
const imageUrl = httpUrl.refine((url) => !hasCredentials(url), 'must not contain credentials');

/**
 * Characters are Unicode code points, the unit of JSON Schema's `maxLength`: an emoji counts once. Counting UTF-16
 * units would refuse prompts that Kie accepts; where Kie counts differently, it refuses free of charge.
 */
const prompt = z
  .string()
  .min(1, 'must not be empty')
  .refine(
    (text) => text.length <= PROMPT_LIMIT || Array.from(text).length <= PROMPT_LIMIT,
    `must have at most ${PROMPT_LIMIT} characters`,
  )
  .meta({ maxLength: PROMPT_LIMIT });

const callBackUrl = httpUrl.optional();

/** createTask for `kling-2.6/image-to-video` (docs/kie/api.md#create-a-task). Further input fields pass. */
export const klingRequestSchema = z.object({
  model: z.literal(KLING_MODEL),
  input: z.looseObject({
    prompt,
    image_urls: z.array(imageUrl).min(1, 'must have at least one URL'),
    sound: z.boolean(),
    duration: z.enum(KLING_DURATIONS),
  }),
  callBackUrl,
});

/** The schema of each known model. Names are case-sensitive at Kie. */
const KNOWN = { [KLING_MODEL]: klingRequestSchema };
const KNOWN_MODELS = Object.keys(KNOWN);

/** createTask for every other model: its input passes unchanged (docs/kie/facts.md#other-models). */
const otherRequestSchema = z.object({
  model: z
    .string()
    .min(1, 'must not be empty')
    .max(MODEL_LIMIT, `must have at most ${MODEL_LIMIT} characters`)
    .refine((model) => !isKnownModel(model))
    .superRefine(refuseMisspelt),
  input: z.record(z.string(), z.unknown()),
  callBackUrl,
});

function isKnownModel(model: unknown): model is keyof typeof KNOWN {
  return typeof model === 'string' && Object.hasOwn(KNOWN, model);
}

/**
 * A name that differs from a known one only by case or by surrounding blanks means that one: passed on, its input would
 * stay unchecked and Kie would refuse it much later.
 */
function refuseMisspelt(model: string, context: z.RefinementCtx): void {
  const meant = KNOWN_MODELS.find((known) => known !== model && known.toLowerCase() === model.trim().toLowerCase());
  if (meant !== undefined) context.addIssue({ code: 'custom', message: `must be spelt ${JSON.stringify(meant)}` });
}

/**
 * The body of createTask. Kie applies none of its documented defaults, so neither does kieq: required fields stay
 * required. Fields other than `model`, `input` and `callBackUrl` are dropped. Turns into JSON Schema by
 * `z.toJSONSchema`.
 */
export const createRequestSchema = z.union([...Object.values(KNOWN), otherRequestSchema]);

/** The body of createTask as the client sends it. */
export interface KieCreateRequest {
  readonly model: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly callBackUrl?: string | undefined;
}

/** One problem of a request. */
export interface Problem {
  /** Path such as `input.image_urls[0]`; empty for the request itself. */
  readonly field: string;
  /** The rule that the value breaks. */
  readonly rule: string;
  /** The received value, as JSON of at most 200 characters; `undefined` where it is missing. */
  readonly received: string;
}

export type RequestCheck =
  | { readonly ok: true; readonly request: KieCreateRequest }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Validates the body of createTask and reports all problems together. A `callBackUrl` of null or "" is none.
 * @param value parsed JSON of a caller; untrusted.
 */
export function validateCreateRequest(value: unknown): RequestCheck {
  const model = isRecord(value) ? value['model'] : undefined;
  const schema = isKnownModel(model) ? KNOWN[model] : otherRequestSchema;
  const parsed = parseByRules(schema, withoutAbsent(schema, value));
  if (parsed.success) return { ok: true, request: parsed.data };
  return { ok: false, problems: parsed.error.issues.map((issue) => problemOf(issue, value)) };
}

function problemOf(issue: z.core.$ZodIssue, value: unknown): Problem {
  return { field: fieldName(issue.path), rule: issue.message, received: show(valueAt(value, issue.path)) };
}

function fieldName(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text.replace(/^\./, '');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Reflect.get(current, part);
  }
  return current;
}

function show(value: unknown): string {
  try {
    return shorten(redactPatterns(JSON.stringify(value) ?? String(value)), RECEIVED_LIMIT);
  } catch {
    return typeof value;
  }
}

function hasCredentials(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
