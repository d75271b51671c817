import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { invalid } from './api-error.ts';
import { headerValues } from './request-parts.ts';

const LONGEST = 255;

/** For the documentation. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(LONGEST)
    .optional()
    .describe('The same key and body make one generation, also when the call is repeated; another body is refused'),
});

/**
 * The header `Idempotency-Key`, without blanks around it; undefined where there is none, or an empty one.
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
