import { isAbsent } from '@kieq/kie';
import { requestWarnings, ruleText } from '@kieq/models';
import { ignoredFields, optionsSchema } from '@kieq/queue';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { headerValues } from './request-parts.ts';

/** A field of a valid create call that has no effect, or that the model probably does not take. It is always reported. */
export const warningSchema = z
  .object({
    field: z.string().describe('Name of the field or header'),
    message: z.string().describe('Why the field has no effect, or what the model takes'),
  })
  .meta({ id: 'Warning' });
export type Warning = z.infer<typeof warningSchema>;

/** Header with the warnings of the Kie-compatible API; the native API has `warnings` in its responses. */
export const WARNINGS_HEADER = 'x-kieq-warnings';

/** Longest name in a warning, in characters. */
const NAME_LIMIT = 64;
/** Characters of a name that are searched for secrets; the rest is dropped first. */
const CHECKED_FIELDS = 1000;

/**
 * Fields that Kie documents and that are not passed on. Kie would call the address with its own taskId, which the
 * caller does not know.
 */
const NOT_PASSED_ON: Readonly<Record<string, string>> = {
  progressCallBackUrl: 'is not passed on to Kie: follow GET /v1/generations/<taskId>/events instead',
};
const MOST_IGNORED = 10;
/** The other fields of Kie's createTask. */
const KIE_FIELDS = new Set(['model', 'input', 'callBackUrl']);
const NATIVE_FIELDS = new Set(Object.keys(optionsSchema.shape));

/** What the catalogue of models says of a request. Its facts can be old or wrong, so it never refuses one. */
export function modelWarnings(model: string, input: Readonly<Record<string, unknown>>): Warning[] {
  return requestWarnings(model, input).map((warning) => ({ field: warning.field, message: ruleText(warning) }));
}

/** Every field of a createTask body that has no effect; fields that are null, "" or blank are not reported. */
export function ignoredByKieApi(body: Readonly<Record<string, unknown>>): Warning[] {
  return ignoredFields(body, KIE_FIELDS, whyIgnored);
}

/** Fields of a foreign body that have no translation. They are the first ten: the caller decides how many there are. */
export function ignoredNames(names: readonly string[]): Warning[] {
  return names.slice(0, MOST_IGNORED).map((field) => ({ field, message: whyIgnored(field) }));
}

/** Removes the fields that are not passed on from a native body. Unknown fields stay and are refused later. */
export function takeNotPassedOn(body: Readonly<Record<string, unknown>>): {
  readonly rest: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
} {
  const names = Object.keys(NOT_PASSED_ON).filter((name) => Object.hasOwn(body, name));
  if (names.length === 0) return { rest: body, warnings: [] };
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
  const given = names.filter((name) => !isAbsent(body[name]));
  return { rest, warnings: given.map((field) => ({ field, message: whyIgnored(field) })) };
}

/** An empty key counts as absent. The call works, but the caller must know that a repetition pays again. */
export function blankKeyWarnings(given: unknown, field: string): Warning[] {
  if (typeof given !== 'string' || !isAbsent(given)) return [];
  return [{ field, message: 'is empty and counts as absent: repeating the call creates another paid generation' }];
}

/** `blankKeyWarnings` for the header `Idempotency-Key`. */
export function blankKeyHeader(request: FastifyRequest): Warning[] {
  return blankKeyWarnings(headerValues(request, 'idempotency-key')[0], 'Idempotency-Key');
}

/** One line of printable ASCII: names come from the caller, and only ASCII is safe in a header everywhere. */
export function headerText(warnings: readonly Warning[], scrub: (text: string) => string): string {
  const texts = masked(warnings, scrub).map(({ field, message }) =>
    `${field} ${message}`.replaceAll(
      /[^\x20-\x7e]/g,
      (unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
  const ends = texts.map((_, i) => texts.slice(0, i + 1).join('; ').length);
  const fitting = ends.filter((end) => end <= HEADER_LIMIT).length;
  const shown = texts.slice(0, Math.max(1, fitting));
  const more = texts.length - shown.length;
  return [...shown.map((text) => text.slice(0, HEADER_LIMIT)), ...(more === 0 ? [] : [`and ${more} more`])].join('; ');
}

/** Longest text of the header. A proxy refuses a response whose head is too long, after the generation exists. */
const HEADER_LIMIT = 1500;

/** Masks secrets in names before the names are shortened, so that no part of a secret remains. */
function masked(warnings: readonly Warning[], scrub: (text: string) => string): Warning[] {
  return warnings.map(({ field, message }) => ({ field: shortened(scrub(field.slice(0, CHECKED_FIELDS))), message }));
}

function whyIgnored(name: string): string {
  if (Object.hasOwn(NOT_PASSED_ON, name)) return NOT_PASSED_ON[name] ?? '';
  if (name === 'idempotencyKey') return 'has no effect here: send the header Idempotency-Key instead';
  return NATIVE_FIELDS.has(name)
    ? 'has no effect here: it is an option of POST /v1/generations'
    : 'is no known field and was ignored';
}

function shortened(name: string): string {
  return name.length <= NAME_LIMIT ? name : `${name.slice(0, NAME_LIMIT - 1)}…`;
}
