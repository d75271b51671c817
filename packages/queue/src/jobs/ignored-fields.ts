import { isAbsent, redactPatterns, shorten } from '@kieq/kie';
import { optionsSchema } from './payload.ts';

/** Something of a call that has no effect, although the call is good: told, and never dropped in silence. */
export interface IgnoredField {
  readonly field: string;
  /** Why it has none, as the rest of a sentence that begins with the field. */
  readonly message: string;
}

/** So many are told one by one, and so many characters of a name. */
const MOST = 10;
const NAME_LIMIT = 64;
/** Nobody looks for secrets in a name without end. */
const CHECKED_FIELDS = 1000;

const REQUEST_FIELDS = new Set(['model', 'input', 'callBackUrl']);
const ITEM_FIELDS = new Set(['request', 'options']);
const OPTIONS = new Set(Object.keys(optionsSchema.shape));

/**
 * Every field of an object that nobody reads; what is absent in whatever spelling is not worth a word.
 * @param fields a caller's, and so are its names: they are told as they are
 */
export function ignoredFields(
  fields: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  why: (name: string) => string,
): IgnoredField[] {
  const names = Object.keys(fields).filter((name) => !known.has(name) && !isAbsent(fields[name]));
  const told = names.slice(0, MOST).map((field) => ({ field, message: why(field) }));
  if (names.length <= MOST) return told;
  return [...told, { field: `${names.length - MOST} more fields`, message: 'are no known fields' }];
}

/** Those of a request beside what Kie and kieq read, as they may be shown. */
export function ignoredInRequest(request: unknown): IgnoredField[] {
  return shown(request, REQUEST_FIELDS, 'request');
}

/** Those of an item beside its request and its options, as they may be shown. */
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
  if (name === 'progressCallBackUrl') return 'is not passed on to Kie; the events of the generation tell of progress';
  if (!OPTIONS.has(name)) return 'is no known field and was ignored';
  const place = `has no effect in the ${where}: it is one of the options`;
  return name === 'idempotencyKey' ? `${place}; the call, repeated, makes another paid generation` : place;
}
