import { parseByRules, withoutAbsent, type Problem } from '@kieq/kie';
import { z } from 'zod';
import { invalid } from './api-error.ts';

/** Longest received value in an error, in characters. */
const RECEIVED_LIMIT = 200;

/**
 * Parses input of a caller: path, query string, body. An optional field that is null, "" or blank counts as absent.
 * @param part prefix of every field name, such as `items[3]`; none by default
 * @throws ApiError `invalid_request` with all problems together
 */
export function parseCaller<S extends z.ZodType>(schema: S, value: unknown, part = ''): z.output<S> {
  refuseEndless(value, part);
  const parsed = parseByRules(schema, schema instanceof z.ZodObject ? withoutAbsent(schema, value) : value);
  if (parsed.success) return parsed.data;
  throw invalid(problemsOf(parsed.error, value, part));
}

/** More fields than any valid input has. Reporting each of them would delay other requests. */
const MOST_FIELDS = 2000;

/** Refuses an object with too many fields before it is parsed. @throws ApiError `invalid_request` */
export function refuseEndless(value: unknown, field: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const fields = Object.keys(value).length;
  if (fields <= MOST_FIELDS) return;
  throw invalid([{ field, rule: `must have at most ${MOST_FIELDS} values`, received: 'more' }]);
}

/** Every issue with field, rule and the value received; each unknown field is a separate problem. */
export function problemsOf(error: z.ZodError, value: unknown, part = ''): Problem[] {
  return error.issues.flatMap((issue) => {
    const path = (more: readonly PropertyKey[]): string => fieldName(part, more);
    if (issue.code !== 'unrecognized_keys') {
      return [{ field: path(issue.path), rule: issue.message, received: show(valueAt(value, issue.path)) }];
    }
    return issue.keys.map((key) => {
      const whole = [...issue.path, key];
      return { field: path(whole), rule: 'is no known field', received: show(valueAt(value, whole)) };
    });
  });
}

function fieldName(part: string, path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return `${part}${text}`.replace(/^\./, '');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** Shortened JSON; the type only for a value that is nested too deeply for JSON. */
function show(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length <= RECEIVED_LIMIT ? text : `${text.slice(0, RECEIVED_LIMIT - 1)}…`;
  } catch {
    return typeof value;
  }
}
