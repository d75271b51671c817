import { parseUploadUrl } from '@kieq/domain';
import { createRedactor } from '@kieq/kie';

/** One field in which the task that Kie shows differs from the request. Texts are redacted and cut, for display. */
export interface Difference {
  /** Such as `model`, `input.duration` or `input.image_urls[1]`. */
  readonly field: string;
  /** As JSON; null where it was not asked for. */
  readonly requested: string | null;
  /** As JSON; null where the task does not have it. */
  readonly shown: string | null;
}

/** Only our own attempt tokens and credentials in links: the account's key is no part of a request. */
const redact = createRedactor('');
/** A task has as many fields as Kie sends; more differences are not useful. */
const MOST = 20;
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;
/** Longest text of a value, in characters. */
const VALUE_LIMIT = 80;
/** Characters of a long text that are shown before the first one that differs. */
const LEAD = 20;

/**
 * Compares what a task shows with what was asked for, field by field. Differences that Kie itself makes do not count
 * (docs/kie/facts.md#recordinfo): the order of fields, and numbers and booleans for their text and the other way round.
 * Neither do Kie's links in place of our names for uploaded images. Defaults do count: Kie does not fill them in.
 * @param field the name of what is compared; those of its parts are made of it
 * @returns the first twenty
 */
export function differencesOf(requested: unknown, shown: unknown, field: string): Difference[] {
  const found: Difference[] = [];
  for (const one of compared(requested, shown, field)) if (found.push(one) === MOST) break;
  return found;
}

function* compared(requested: unknown, shown: unknown, field: string): Generator<Difference> {
  if (isList(requested) && isList(shown)) {
    const length = Math.max(requested.length, shown.length);
    for (let i = 0; i < length; i += 1) yield* compared(requested[i], shown[i], `${field}[${i}]`);
  } else if (isFields(requested) && isFields(shown)) {
    for (const name of new Set([...Object.keys(requested), ...Object.keys(shown)]))
      yield* compared(memberOf(requested, name), memberOf(shown, name), `${field}.${name}`);
  } else if (!isAlike(requested, shown)) yield difference(field, requested, shown);
}

/** Why confirmation by hand is necessary, in one sentence without a full stop. */
export function doubtOf(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'the task fits in model, input and time, but carries no attempt token';
  return `the task carries no attempt token, and differs from the request: ${differences.map(differenceText).join('; ')}`;
}

function differenceText({ field, requested, shown }: Difference): string {
  return `${field} should be ${requested ?? 'absent'} and is ${shown ?? 'absent'}`;
}

/** A difference as it is shown. The names of a task's fields come from the vendor as well. */
function difference(field: string, requested: unknown, shown: unknown): Difference {
  const [ours, theirs] = [jsonOf(requested), jsonOf(shown)];
  const from = Math.max(0, commonStart(ours ?? '', theirs ?? '') - LEAD);
  return { field: cut(redact(field), 0), requested: cut(ours, from), shown: cut(theirs, from) };
}

function isAlike(requested: unknown, shown: unknown): boolean {
  if (requested === shown) return true;
  if (typeof requested === 'string' && typeof shown === 'string') return parseUploadUrl(requested) !== undefined;
  if (typeof requested === 'string') return isText(requested, shown);
  return typeof shown === 'string' && isText(shown, requested);
}

function isText(text: string, value: unknown): boolean {
  if (typeof value === 'number') return NUMBER.test(text) && Number(text) === value;
  return typeof value === 'boolean' && text === String(value);
}

function jsonOf(value: unknown): string | null {
  return value === undefined ? null : redact(JSON.stringify(value));
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

function cut<Text extends string | null>(text: Text, from: number): Text | string {
  if (text === null || text.length <= VALUE_LIMIT) return text;
  const start = Math.min(from, text.length - VALUE_LIMIT);
  const end = start + VALUE_LIMIT;
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function memberOf(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
