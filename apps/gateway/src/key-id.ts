import { createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { presentedKey } from './request-parts.ts';

/**
 * Names a caller's key in logs: the same for the same key in every gateway of the pool, and nothing against which words
 * could be tried without the secret.
 */
export function loggedKeyId(key: string, secret: string): string {
  const own = createHmac('sha256', secret).update('kieq key ids').digest();
  return `k-${createHmac('sha256', own).update(key).digest('hex').slice(0, 12)}`;
}

/** Of the key with which a request came, right or wrong; undefined where there is none. */
export function keyIdOf(request: FastifyRequest, secret: string): string | undefined {
  const key = presentedKey(request);
  return key === undefined ? undefined : loggedKeyId(key, secret);
}
