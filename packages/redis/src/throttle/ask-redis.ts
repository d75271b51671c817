import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RedisClient } from '../connection.ts';
import { FORGET_MS, type Slot, type Subject } from './rule.ts';
import { SLOT_SCRIPT } from './script.ts';

const slotReply = z.tuple([z.number(), z.number()]);

/**
 * The slot of an attempt, counted over all processes of a pool.
 * @param prefix of the pool, with its hash tag: in a Cluster all keys of a call are in one slot
 * @throws whatever the client throws
 */
export async function askRedis(
  redis: RedisClient,
  prefix: string,
  subjects: readonly Subject[],
  isWrong: boolean,
): Promise<Slot> {
  // Hashed, since callers choose parts of the names.
  const keys = subjects.map(({ name }) => `${prefix}:guesses:${createHash('sha256').update(name).digest('base64url')}`);
  const rules = subjects.flatMap(({ rule: { free, growMs, pauseMs, mostMs, beyond } }) => [
    free,
    growMs,
    pauseMs,
    mostMs,
    beyond === 'refuse' ? 1 : 0,
  ]);
  const reply = await redis.eval(SLOT_SCRIPT, keys.length, ...keys, isWrong ? 1 : 0, FORGET_MS, ...rules);
  const [isFull, ms] = slotReply.parse(reply);
  return { kind: isFull === 1 ? 'full' : 'wait', ms };
}
