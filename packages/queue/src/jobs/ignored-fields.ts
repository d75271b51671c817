import { isAbsent, redactPatterns, shorten } from '@kieq/kie';
import { optionsSchema } from './payload.ts';

/** A field that has no effect in a valid call: reported, never dropped silently. */
export interface IgnoredField {
  readonly field: string;
  /** Why it has none, as the rest of a sentence that begins with the field. */
  readonly message: string;
}

/** Number of fields that are reported one by one, and characters of a name. */
const MOST = 10;
const NAME_LIMIT = 64;
/** Secrets are searched for only in the first characters of a name. */
const CHECKED_FIELDS = 1000;

const REQUEST_FIELDS = new Set(['model', 'input', 'callBackUrl']);
const ITEM_FIELDS = new Set(['request', 'options']);
const OPTIONS = new Set(Object.keys(optionsSchema.shape));

/**
 * Every field of an object that is not read; absent ones, however spelt, are not reported.
 * @param fields from a caller, as are their names, which are reported unchanged
 */
export function ignoredFields(
  fields: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  why: (name: string) => string,
): IgnoredField[] {
  const names = Object.keys(fields).filter((name) => !known.has(name) && !isAbsent(fields[name]));
  const reported = names.slice(0, MOST).map((field) => ({ field, message: why(field) }));
  if (names.length <= MOST) return reported;
  return [...reported, { field: `${names.length - MOST} more fields`, message: 'are no known fields' }];
}

/** Those of a request that neither Kie nor kieq reads, safe to show. */
export function ignoredInRequest(request: unknown): IgnoredField[] {
  return shown(request, REQUEST_FIELDS, 'request');
}

/** Those of an item other than its request and its options, safe to show. */
export function ignoredInItem(item: unknown): IgnoredField[] {
  return shown(item, ITEM_FIELDS, 'item');
}

function shown(value: unknown, known: ReadonlySet<string>, where: string): IgnoredField[] {
  if (typeof value !== 'object' || value === null) return [];
  return ignoredFields({ ...value }, known, (name) => whyIgnored(name, where)).map(({ field, message }) => ({
    field: shorten(redactPatterns(field.slice(0, CHECKED_FIELDS)), NAME_LIMIT),
    message,
  }));
}

function whyIgnored(name: string, where: string): string {
  if (name === 'progressCallBackUrl') return 'is not passed on to Kie; the events of the generation report progress';
  if (!OPTIONS.has(name)) return 'is no known field and was ignored';
  const noEffect = `has no effect in the ${where}: it is one of the options`;
  return name === 'idempotencyKey' ? `${noEffect}; the call, repeated, makes another paid generation` : noEffect;
}
