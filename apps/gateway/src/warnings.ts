import { isAbsent } from '@kieq/kie';
import { ignoredFields, optionsSchema } from '@kieq/queue';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { headerValues } from './request-parts.ts';

/** Something of a create call that has no effect, although the call is good: told, and never dropped in silence. */
export const warningSchema = z.object({
  field: z.string().describe('Field of the body, or header'),
  message: z.string().describe('Why it has no effect'),
});
export type Warning = z.infer<typeof warningSchema>;

/** Where the Kie-compatible API tells warnings; the native one has `warnings` in its answers. */
export const WARNINGS_HEADER = 'x-kieq-warnings';

/** So many characters of a name are told. */
const NAME_LIMIT = 64;
/** Nobody looks for secrets in a name without end. */
const CHECKED_FIELDS = 1000;

/**
 * Fields that Kie documents and that are not passed on: Kie would call the address with a taskId of its own, which the
 * caller has never seen.
 */
const NOT_PASSED_ON: Readonly<Record<string, string>> = {
  progressCallBackUrl: 'is not passed on to Kie; GET /v1/generations/<taskId>/events tells of progress',
};
/** Beside them Kie has only these. */
const KIE_FIELDS = new Set(['model', 'input', 'callBackUrl']);
const NATIVE_FIELDS = new Set(Object.keys(optionsSchema.shape));

/** Every field of a createTask body that has no effect; what is absent in whatever spelling is not worth a word. */
export function ignoredByKieApi(body: Readonly<Record<string, unknown>>): Warning[] {
  return ignoredFields(body, KIE_FIELDS, whyIgnored);
}

/** Takes out of a native body what Kie documents and nobody passes on; unknown fields stay, and are refused later. */
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

/** An empty key is none: the call works, and whoever repeats it should know that it pays again. */
export function blankKeyWarnings(given: unknown, field: string): Warning[] {
  if (typeof given !== 'string' || !isAbsent(given)) return [];
  return [{ field, message: 'is empty and counts as absent; the call, repeated, makes another paid generation' }];
}

/** `blankKeyWarnings` of the header. */
export function blankKeyHeader(request: FastifyRequest): Warning[] {
  return blankKeyWarnings(headerValues(request, 'idempotency-key')[0], 'Idempotency-Key');
}

/** One line of printable ASCII: names are the caller's, and a header carries nothing else everywhere. */
export function headerText(warnings: readonly Warning[], scrub: (text: string) => string): string {
  return masked(warnings, scrub)
    .map(({ field, message }) => `${field} ${message}`)
    .join('; ')
    .replaceAll(/[^\x20-\x7e]/g, (unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As they may be shown: a name may hold a secret, of which no half must survive a cut. */
function masked(warnings: readonly Warning[], scrub: (text: string) => string): Warning[] {
  return warnings.map(({ field, message }) => ({ field: shortened(scrub(field.slice(0, CHECKED_FIELDS))), message }));
}

function whyIgnored(name: string): string {
  if (Object.hasOwn(NOT_PASSED_ON, name)) return NOT_PASSED_ON[name] ?? '';
  if (name === 'idempotencyKey') return 'has no effect here: send it as the header Idempotency-Key';
  return NATIVE_FIELDS.has(name)
    ? 'has no effect here: it is an option of POST /v1/generations'
    : 'is no known field and was ignored';
}

function shortened(name: string): string {
  return name.length <= NAME_LIMIT ? name : `${name.slice(0, NAME_LIMIT - 1)}…`;
}
