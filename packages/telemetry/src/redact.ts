import { isSecretName, MASK } from './scrub.ts';

/** Deeper than this, or on a cycle, a value is cut off. */
const DEEPEST = 10;

/**
 * A copy of a log object without secrets: values under secret names are masked at any depth, in errors, arrays, maps
 * and headers alike. Absent values stay, so that a log shows that there was none.
 */
export function redactObject(fields: object): Record<string, unknown> {
  return redactFields(fields, new Set());
}

/** As `redactObject`, for any value. */
export function redactValue(value: unknown): unknown {
  return redact(value, new Set());
}

function redact(value: unknown, above: Set<object>): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (above.has(value)) return '[circular]';
  if (above.size >= DEEPEST) return '[deep]';
  const path = new Set(above).add(value);
  if (Array.isArray(value)) return redactList(value, path);
  if (value instanceof Map) return redactFields(Object.fromEntries(value), path);
  if (value instanceof Set) return redactList([...value], path);
  if (value instanceof Error) return redactError(value, path);
  if (Buffer.isBuffer(value)) return `<${value.length} bytes>`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return redact(value.toJSON(), path);
  if (value instanceof Headers) return redactFields(Object.fromEntries(value), path);
  return redactFields(value, path);
}

/** Also `['authorization', 'Bearer …', 'accept', '*']`, the form of Node's raw headers. */
function redactList(list: readonly unknown[], path: Set<object>): unknown[] {
  return list.map((item, index) => {
    const before = list[index - 1];
    if (index % 2 === 1 && typeof before === 'string' && typeof item === 'string' && isSecretName(before)) return MASK;
    return redact(item, path);
  });
}

function redactFields(fields: object, path: Set<object>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]): [string, unknown] => {
    if (isSecretName(name) && value !== undefined && value !== null) return [name, MASK];
    return [name, redact(value, path)];
  });
  return Object.fromEntries(entries);
}

function redactError(error: Error, path: Set<object>): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return {
    ...redactFields(error, path),
    type: name,
    message,
    stack,
    ...(cause === undefined ? {} : { cause: redact(cause, path) }),
    ...(error instanceof AggregateError ? { errors: redact(error.errors, path) } : {}),
  };
}
