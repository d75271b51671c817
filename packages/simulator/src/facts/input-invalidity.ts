import { REQUIRED } from '../required.ts';
import { isRecord } from '../request.ts';
import type { FieldFacts, ModelFacts } from './model-facts.ts';

type Input = Readonly<Record<string, unknown>>;

/** What is wrong with the input of a model, in Kie's words; undefined when nothing is. Unknown fields are ignored, as Kie does. */
export function inputInvalidity(facts: ModelFacts, input: Input): string | undefined {
  for (const [name, field] of Object.entries(facts.input)) {
    const wrong = fieldInvalidity(facts, name, field, input[name]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function fieldInvalidity(facts: ModelFacts, name: string, field: FieldFacts, value: unknown): string | undefined {
  if (isEmpty(value)) return field.required === true ? REQUIRED : undefined;
  if (name === facts.length.field && facts.length.open?.some((one) => String(one) === String(value)) === true)
    return undefined;
  const wrong = typeInvalidity(field, value) ?? valueInvalidity(field, value);
  if (wrong !== undefined) return `${name} ${wrong}`;
  return facts.images.includes(name) && !areWebLinks(value) ? `${name} file type not supported` : undefined;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

const TYPE_WORDS = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'a boolean',
  array: 'an array',
} as const;

function typeInvalidity({ type, items }: FieldFacts, value: unknown): string | undefined {
  if (type === undefined) return undefined;
  if (!hasType(type, value)) return `must be ${TYPE_WORDS[type]}`;
  if (items === undefined || !Array.isArray(value)) return undefined;
  const isEntry = items === 'string' ? (entry: unknown) => typeof entry === 'string' : isRecord;
  return value.every(isEntry) ? undefined : `must be an array of ${items}s`;
}

function hasType(type: NonNullable<FieldFacts['type']>, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

/** Values are case-sensitive, as at Kie. */
function valueInvalidity(field: FieldFacts, value: unknown): string | undefined {
  const { enum: options } = field;
  if (options?.some((option) => isOption(field, option, value)) === false)
    return 'is not within the range of allowed options';
  // Code points, as the client counts them: an emoji is one character.
  if (typeof value === 'string')
    return lengthInvalidity(Array.from(value).length, field.minLength, field.maxLength, 'characters');
  if (Array.isArray(value)) return lengthInvalidity(value.length, field.minItems, field.maxItems, 'items');
  return typeof value === 'number' ? rangeInvalidity(field, value) : undefined;
}

function isOption({ type }: FieldFacts, option: string | number, value: unknown): boolean {
  return type === undefined ? String(option) === String(value) : option === value;
}

function lengthInvalidity(length: number, min = 0, max = Infinity, unit = ''): string | undefined {
  if (length > max) return `length cannot exceed ${max} ${unit}`;
  return length < min ? `length must be at least ${min} ${unit}` : undefined;
}

function rangeInvalidity({ minimum, maximum }: FieldFacts, value: number): string | undefined {
  if (maximum !== undefined && value > maximum) return `must be at most ${maximum}`;
  return minimum !== undefined && value < minimum ? `must be at least ${minimum}` : undefined;
}

/** Of an image field: one link, or a list of them. Objects have them in fields of their own, which are not judged. */
function areWebLinks(value: unknown): boolean {
  const links: readonly unknown[] = Array.isArray(value) ? value : [value];
  return links.every((link) => typeof link !== 'string' || isHttpUrl(link));
}

export function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\//iu.test(value) && URL.canParse(value);
}
