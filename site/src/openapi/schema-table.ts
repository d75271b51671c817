import type { Schema } from './document.ts';
import { cell, code, table } from './table.ts';

interface Row {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly notes: string;
}

/** Deeper objects are shown as `object`. */
const DEEPEST = 6;

/** The fields of a body, nested ones as `a.b` and those of lists as `a[].b`; a line of words where it has no fields. */
export function schemaTable(schema: Schema): string {
  const rows = rowsOf(schema, '', 0);
  if (rows.length === 0) return wordsOf(schema);
  return table(
    ['field', 'type', 'meaning'],
    rows.map(({ name, type, isRequired, notes }) => [`${code(name)}${isRequired ? ' (required)' : ''}`, type, notes]),
  );
}

function wordsOf(schema: Schema): string {
  const description = schema.description === undefined ? '' : `: ${cell(schema.description)}`;
  return `${typeOf(schema)}${description}\n`;
}

/** A field that several shapes have stands once. */
function rowsOf(schema: Schema, prefix: string, depth: number): Row[] {
  if (depth > DEEPEST || schema.$ref !== undefined) return [];
  const { properties = {}, required = [], items, allOf = [] } = schema;
  const own = Object.entries(properties).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const row = { name: path, type: typeOf(field), isRequired: required.includes(name), notes: notesOf(field) };
    return [row, ...rowsOf(field, path, depth + 1)];
  });
  const inner = items === undefined ? [] : rowsOf(items, `${prefix}[]`, depth + 1);
  const whole = allOf.flatMap((part) => rowsOf(part, prefix, depth));
  return [...own, ...inner, ...whole, ...merged(shapesOf(schema).map((shape) => rowsOf(shape, prefix, depth)))];
}

function merged(shapes: readonly Row[][]): Row[] {
  const names = [...new Set(shapes.flat().map(({ name }) => name))];
  return names.map((name) => {
    const same = shapes.flatMap((rows) => rows.filter((row) => row.name === name));
    const either = (words: readonly string[]): string => [...new Set(words)].filter((word) => word !== '').join(' or ');
    return {
      name,
      type: either(same.map(({ type }) => type)),
      isRequired: same.length === shapes.length && same.every(({ isRequired }) => isRequired),
      notes: either(same.map(({ notes }) => notes)),
    };
  });
}

function shapesOf({ anyOf = [], oneOf = [] }: Schema): readonly Schema[] {
  return [...anyOf, ...oneOf];
}

/** In a few words: `string`, a list of its values, a link to a named schema. */
export function typeOf(schema: Schema): string {
  const { $ref, type, enum: values, items, additionalProperties } = schema;
  if ($ref !== undefined) return referenceTo($ref);
  if (schema['const'] !== undefined) return code(JSON.stringify(schema['const']));
  if (values !== undefined) return values.map((value) => code(JSON.stringify(value))).join(', ');
  const shapes = shapesOf(schema);
  if (shapes.length > 0) return [...new Set(shapes.map(typeOf))].join(' or ');
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (type === undefined) return schema.allOf === undefined ? 'any' : schema.allOf.map(typeOf).join(' and ');
  if (isNarrow(additionalProperties) && schema.properties === undefined)
    return `map of ${typeOf(additionalProperties)}`;
  const format = schema.format === undefined ? '' : ` (${schema.format})`;
  return `${typeof type === 'string' ? type : type.join(' or ')}${format}`;
}

/** `{}` lets everything through, as no word at all does. */
function isNarrow(schema: Schema['additionalProperties']): schema is Schema {
  return typeof schema === 'object' && Object.keys(schema).length > 0;
}

function referenceTo(reference: string): string {
  if (!reference.startsWith('#')) return code(reference);
  const name = reference.split('/').at(-1) ?? reference;
  return `[${cell(name)}](/openapi/schemas.md#${name.toLowerCase()})`;
}

const many = (value: number, one: string, more: string): string => `${value} ${value === 1 ? one : more}`;
type Limit = 'minimum' | 'maximum' | 'minLength' | 'maxLength' | 'minItems' | 'maxItems';
const LIMITS: readonly (readonly [key: Limit, words: (value: number) => string])[] = [
  ['minimum', (value) => `at least ${value}`],
  ['maximum', (value) => `at most ${value}`],
  ['minLength', (value) => `at least ${many(value, 'character', 'characters')}`],
  ['maxLength', (value) => `at most ${many(value, 'character', 'characters')}`],
  ['minItems', (value) => `at least ${many(value, 'entry', 'entries')}`],
  ['maxItems', (value) => `at most ${many(value, 'entry', 'entries')}`],
];

/** The description of a field, then its rules and its default. */
export function notesOf(schema: Schema): string {
  const rules = LIMITS.flatMap(([key, words]) => (schema[key] === undefined ? [] : words(schema[key])));
  const pattern = schema.pattern === undefined ? [] : [`matches ${code(schema.pattern)}`];
  const fallback = schema['default'] === undefined ? [] : [`default ${code(JSON.stringify(schema['default']))}`];
  const description = schema.description === undefined ? [] : [cell(schema.description)];
  const [first, ...rest] = [...rules, ...pattern, ...fallback];
  const limits = first === undefined ? [] : [[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(', ')];
  return [...description, ...limits].map((words) => words.replace(/\.$/, '')).join('. ');
}
