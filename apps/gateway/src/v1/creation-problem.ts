import type { Problem } from '@kieq/kie';

const RECEIVED_LIMIT = 200;

/** A rule that a field of a create call breaks. */
export function problem(field: string, rule: string, value: unknown): Problem {
  return { field, rule, received: jsonOf(value).slice(0, RECEIVED_LIMIT) };
}

/** A value that is nested too deeply has no JSON. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return typeof value;
  }
}
