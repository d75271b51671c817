import { z } from 'zod';

import { isRecord } from './json.ts';

/**
 * Whether the value of an optional field means that there is none: missing, null, "" or only blanks. Clients in many
 * languages send every field that they know, and fill unused ones with one of these.
 */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/**
 * An object of a caller without those optional fields of a schema that are absent, in any spelling of absence. Required
 * fields, fields that the schema does not know and the content of fields stay.
 * @param value untrusted; a value that is no object is returned as it is
 * @param strict fields for which only null means that there is none: an empty text in them is a mistake
 */
export function withoutAbsent(schema: z.ZodObject, value: unknown, strict: readonly string[] = []): unknown {
  if (!isRecord(value)) return value;
  const says = (name: string): boolean =>
    strict.includes(name) ? (value[name] ?? null) === null : isAbsent(value[name]);
  const absent = Object.keys(schema.shape).filter(
    (name) => Object.hasOwn(value, name) && says(name) && mayBeMissing(schema, name),
  );
  if (absent.length === 0) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !absent.includes(name)));
}

function mayBeMissing({ shape }: z.ZodObject, name: string): boolean {
  const field: unknown = shape[name];
  return field instanceof z.ZodType && field.safeParse(undefined).success;
}
