import { KieqError } from './error.ts';
import type { Created, Generation, Problem, Warning } from './types.ts';

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON that was parsed; undefined for a text that is none. */
export function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** The fields that every version of the gateway sends; optional ones are passed on as they came. */
function isGeneration(value: unknown): value is Generation {
  if (!isFields(value)) return false;
  const { id, state, model, tenant, createdAt, resultUrls, kieUrls, attempts, results, metadata } = value;
  return (
    [id, state, model, tenant].every((one) => typeof one === 'string') &&
    typeof createdAt === 'number' &&
    isTexts(resultUrls) &&
    isTexts(kieUrls) &&
    Array.isArray(attempts) &&
    Array.isArray(results) &&
    isFields(metadata)
  );
}

/** @throws KieqError `unexpected_response` */
export function generationOf(body: unknown): Generation {
  if (isGeneration(body)) return body;
  throw new KieqError('unexpected_response', 'The response is not a generation.');
}

/** Undefined for any other answer. */
export function createdOf(body: unknown, idempotencyKey: string): Created | undefined {
  if (!isFields(body)) return undefined;
  const { id, created, state, warnings } = body;
  if (typeof id !== 'string' || typeof created !== 'boolean' || typeof state !== 'string') return undefined;
  const told = Array.isArray(warnings) ? warnings.filter(isWarning) : [];
  return { id, created, state, ...(told.length === 0 ? {} : { warnings: told }), idempotencyKey };
}

function isWarning(value: unknown): value is Warning {
  return isFields(value) && typeof value['field'] === 'string' && typeof value['message'] === 'string';
}

/** The error of a response or of an item of a batch; undefined where there is none. */
export function failureOf(body: unknown):
  | {
      readonly code: string;
      readonly message: string;
      readonly problems: readonly Problem[];
      readonly request?: string | undefined;
    }
  | undefined {
  const error = isFields(body) ? body['error'] : undefined;
  if (!isFields(error)) return undefined;
  const { code, message, problems, request } = error;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  return {
    code,
    message,
    problems: Array.isArray(problems) ? problems.filter(isProblem) : [],
    request: textOf(request),
  };
}

function isProblem(value: unknown): value is Problem {
  return isFields(value) && ['field', 'rule', 'received'].every((name) => typeof value[name] === 'string');
}
