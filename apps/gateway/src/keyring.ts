import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { GatewayKey } from '@kieq/config';
import type { Caller } from './caller.ts';

/** Finds the caller of a key; undefined for an unknown key. */
export type Keyring = (key: string) => Caller | undefined;

/** Tenant that marks an operator's key in the configuration. */
const OPERATOR = '*';

/**
 * Keeps the keys as HMACs under a secret of this process. Every key is compared, each in constant time, so that the
 * duration reveals nothing about them.
 */
export function createKeyring(keys: readonly GatewayKey[]): Keyring {
  const secret = randomBytes(32);
  const digest = (key: string): Buffer => createHmac('sha256', secret).update(key).digest();
  const known = keys.map(({ key, tenant }) => ({ hash: digest(key), caller: callerOf(key, tenant) }));
  return (key) => {
    const hash = digest(key);
    let found: Caller | undefined;
    for (const entry of known) if (timingSafeEqual(entry.hash, hash)) found = entry.caller;
    return found;
  };
}

function callerOf(key: string, tenant: string): Caller {
  return { tenant: tenant === OPERATOR ? undefined : tenant, keyId: keyId(key) };
}

/** The same in every gateway of a pool, since they count together. 64 bits of a hash do not reveal the key. */
function keyId(key: string): string {
  return createHash('sha256').update(`kieq gateway:${key}`).digest('hex').slice(0, 16);
}
