import { createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { presentedKey } from './request-parts.ts';

/**
 * Id of a caller's key in logs. All gateways of the pool give the same id to the same key. Without the secret, guessed
 * keys cannot be checked against it.
 */
export function loggedKeyId(key: string, secret: string): string {
  const own = createHmac('sha256', secret).update('kieq key ids').digest();
  return `k-${createHmac('sha256', own).update(key).digest('hex').slice(0, 12)}`;
}

/** Id of the key of a request, valid or not; undefined without a key. */
export function keyIdOf(request: FastifyRequest, secret: string): string | undefined {
  const key = presentedKey(request);
  return key === undefined ? undefined : loggedKeyId(key, secret);
}
