import { isAtLeast, type ServerFacts } from '@kieq/redis';
import type { Cluster, Redis } from 'ioredis';

/**
 * `KIEQ_INTENT_DURABILITY`: what must have confirmed the written intent before the POST may leave
 * (docs/guarantees.md#g1-a-generation-is-charged-at-most-once).
 */
export type IntentDurability =
  | { readonly kind: 'none' }
  | { readonly kind: 'replica'; readonly replicas: number }
  | { readonly kind: 'fsync' };

/** @throws RangeError for a text other than `none`, `replica:<n>` or `fsync` */
export function parseIntentDurability(text: string): IntentDurability {
  if (text === 'none') return { kind: 'none' };
  if (text === 'fsync') return { kind: 'fsync' };
  const match = /^replica:([1-9]\d?)$/.exec(text);
  if (match === null) throw new RangeError(`intent durability must be none, replica:<n> or fsync, received ${text}`);
  return { kind: 'replica', replicas: Number(match[1]) };
}

/**
 * Why these servers can never confirm an intent, so that nothing would ever be sent; undefined when they can.
 * Replicas are not counted here: they come and go.
 */
export function durabilityProblem(
  { kind }: IntentDurability,
  isCluster: boolean,
  servers: readonly ServerFacts[],
): string | undefined {
  if (kind === 'none') return undefined;
  if (isCluster) return 'a Redis Cluster cannot confirm writes; set none';
  if (kind === 'replica') return undefined;
  const old = servers.find(({ version }) => !isAtLeast(version, 7, 2));
  if (old !== undefined) return `fsync needs Redis or Valkey 7.2 or newer; this server is ${old.version}`;
  if (servers.some(({ aofEnabled }) => aofEnabled === false))
    return 'fsync needs an append-only file: set appendonly yes';
  return undefined;
}

/** Lost connections of each client; equal counts mean that the connection is still the same. */
const losses = new WeakMap<Redis | Cluster, { count: number }>();

export function connectionLosses(redis: Redis | Cluster): number {
  const known = losses.get(redis);
  if (known !== undefined) return known.count;
  const counter = { count: 0 };
  losses.set(redis, counter);
  redis.on('close', () => {
    counter.count += 1;
  });
  return 0;
}

/**
 * Waits until the writes of this connection so far are as durable as asked.
 * WAIT and WAITAOF cover only what their own connection wrote, so `redis` must be the client that ran `admit`
 * and must not have reconnected since: a new connection has written nothing and would confirm at once.
 * @param lossesBefore `connectionLosses` from before `admit`
 * @returns false when it was not confirmed in time; then the POST must not leave
 * @throws Error on a Cluster, where WAIT cannot be addressed to the node that took the write
 */
export async function confirmIntent(
  redis: Redis | Cluster,
  durability: IntentDurability,
  timeoutMs: number,
  lossesBefore: number,
): Promise<boolean> {
  if (durability.kind === 'none') return true;
  if (redis.isCluster) throw new Error('intent durability other than none is not available on a Cluster');
  const confirmed = await askForConfirmation(redis, durability, timeoutMs);
  return confirmed && connectionLosses(redis) === lossesBefore;
}

async function askForConfirmation(
  redis: Redis | Cluster,
  durability: Exclude<IntentDurability, { kind: 'none' }>,
  timeoutMs: number,
): Promise<boolean> {
  switch (durability.kind) {
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
