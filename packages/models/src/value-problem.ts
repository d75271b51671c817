import type { DisputedPart, InputField } from './model.ts';
import { nearest } from './nearest.ts';

interface ValueProblem {
  /** Index within a list, such as `[1]`. */
  readonly at?: string;
  readonly warning: { readonly rule: string; readonly meant?: string };
}

/** The first rule of a field that a value breaks; parts that are disputed are not checked. */
export function valueProblem(
  field: InputField,
  value: unknown,
  isDisputed: (part: DisputedPart) => boolean,
): ValueProblem | undefined {
  if (!hasType(field, value)) return isDisputed('type') ? undefined : wrongType(field, value);
  if (field.enum !== undefined && !isDisputed('enum')) return enumProblem(field.enum, value);
  if (typeof value === 'string') return textProblem(field, value, isDisputed);
  if (typeof value === 'number') return numberProblem(field, value);
  return Array.isArray(value) ? listProblem(field, value, isDisputed) : undefined;
}

function hasType({ type }: InputField, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return typeof value === 'number' && Number.isInteger(value);
  return typeof value === type;
}

/** Web links and names of uploads. */
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\S+$/i;

const TYPE_WORDS = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
} as const;

function wrongType(field: InputField, value: unknown): ValueProblem {
  const rule = `must be ${TYPE_WORDS[field.type]}`;
  const meant = inType(field, value);
  return { warning: { rule, ...(meant === undefined ? {} : { meant: JSON.stringify(meant) }) } };
}

/** The same value in the field's own type, where there is one. */
function inType({ type }: InputField, value: unknown): unknown {
  if (type === 'string') return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  if (type === 'array') return undefined;
  if (typeof value !== 'string') return undefined;
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : undefined;
  if (!/^-?\d{1,15}(\.\d{1,6})?$/.test(value)) return undefined;
  return type === 'integer' && !Number.isInteger(Number(value)) ? undefined : Number(value);
}

function enumProblem(options: readonly (string | number)[], value: unknown): ValueProblem | undefined {
  if (options.some((option) => option === value)) return undefined;
  const rule = `must be one of ${options.map((option) => JSON.stringify(option)).join(', ')}`;
  const meant = nearest(String(value), options.map(String));
  const option = options.find((one) => String(one) === meant);
  return { warning: { rule, ...(option === undefined ? {} : { meant: JSON.stringify(option) }) } };
}

function textProblem(
  field: InputField,
  text: string,
  isDisputed: (part: DisputedPart) => boolean,
): ValueProblem | undefined {
  const { minLength, maxLength, format } = field;
  const { length } = Array.from(text);
  if (maxLength !== undefined && length > maxLength && !isDisputed('maxLength'))
    return { warning: { rule: `must have at most ${maxLength} characters (it has ${length})` } };
  if (minLength !== undefined && length < minLength)
    return { warning: { rule: `must have at least ${minLength} characters (it has ${length})` } };
  return format === 'uri' && !ABSOLUTE.test(text) ? { warning: { rule: 'must be an absolute URL' } } : undefined;
}

function numberProblem({ minimum, maximum }: InputField, value: number): ValueProblem | undefined {
  if (minimum !== undefined && value < minimum) return { warning: { rule: `must be at least ${minimum}` } };
  if (maximum !== undefined && value > maximum) return { warning: { rule: `must be at most ${maximum}` } };
  return undefined;
}

function listProblem(
  { items, minItems, maxItems }: InputField,
  list: readonly unknown[],
  isDisputed: (part: DisputedPart) => boolean,
): ValueProblem | undefined {
  if (minItems !== undefined && list.length < minItems)
    return { warning: { rule: `must have at least ${minItems} entries` } };
  if (maxItems !== undefined && list.length > maxItems && !isDisputed('maxItems'))
    return { warning: { rule: `must have at most ${maxItems} entries (it has ${list.length})` } };
  const wrong = list.findIndex((entry) => !isEntry(items, entry));
  return wrong === -1
    ? undefined
    : { at: `[${wrong}]`, warning: { rule: items === 'object' ? 'must be an object' : 'must be text' } };
}

function isEntry(items: InputField['items'], entry: unknown): boolean {
  if (items === undefined) return true;
  if (items === 'string') return typeof entry === 'string';
  return typeof entry === 'object' && entry !== null && !Array.isArray(entry);
}
