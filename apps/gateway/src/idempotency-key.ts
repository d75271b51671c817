import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { invalid } from './api-error.ts';
import { headerValues } from './request-parts.ts';

const LONGEST = 255;

/** Documents the header. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(LONGEST)
    .optional()
    .describe('Calls with the same key and body create one generation. The same key with another body is refused'),
});

/**
 * The header `Idempotency-Key` without surrounding blanks; undefined if it is absent or empty.
 * @throws ApiError `invalid_request` that names the header
 */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const values = headerValues(request, 'idempotency-key').map((value) => value.trim());
  const [key] = values;
  if (values.length > 1) throw problem('must be given once', `${values.length} headers`);
  if (key === undefined || key === '') return undefined;
  if (key.length > LONGEST) throw problem(`must have 1 to ${LONGEST} characters`, `${key.length} characters`);
  return key;
}

function problem(rule: string, received: string): Error {
  return invalid([{ field: 'Idempotency-Key', rule, received }]);
}
