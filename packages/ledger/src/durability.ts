import type { Cluster, Redis } from 'ioredis';

/** `KIEQ_INTENT_DURABILITY` (DESIGN.md, G1): what must have confirmed the written intent before the POST may leave. */
export type IntentDurability =
  | { readonly kind: 'none' }
  | { readonly kind: 'replica'; readonly replicas: number }
  | { readonly kind: 'fsync' };

/** @throws RangeError for a text that is none of `none`, `replica:<n>`, `fsync` */
export function parseIntentDurability(text: string): IntentDurability {
  if (text === 'none') return { kind: 'none' };
  if (text === 'fsync') return { kind: 'fsync' };
  const match = /^replica:([1-9]\d?)$/.exec(text);
  if (match === null) throw new RangeError(`intent durability must be none, replica:<n> or fsync, received ${text}`);
  return { kind: 'replica', replicas: Number(match[1]) };
}

/**
 * Waits until the writes of this connection so far are as durable as asked.
 * WAIT and WAITAOF speak of the connection that wrote, so `redis` must be the one that ran `admit`.
 * @returns false when it was not confirmed in time; then the POST must not leave
 */
export async function confirmIntent(
  redis: Redis | Cluster,
  durability: IntentDurability,
  timeoutMs: number,
): Promise<boolean> {
  switch (durability.kind) {
    case 'none':
      return true;
    case 'replica':
      return Number(await redis.call('WAIT', durability.replicas, timeoutMs)) >= durability.replicas;
    case 'fsync': {
      const confirmed = await redis.call('WAITAOF', 1, 0, timeoutMs);
      return Array.isArray(confirmed) && Number(confirmed[0]) >= 1;
    }
    default:
      return durability satisfies never;
  }
}
