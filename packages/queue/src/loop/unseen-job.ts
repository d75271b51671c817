import type { RedisClient } from '@kieq/redis';
import { Job, type Worker } from 'bullmq';

/**
 * BullMQ's own field of the job holds the count of starts. Only the holder of the lock may touch it, and once: a client
 * whose connection is cut sends the script again.
 */
const FORGET_START = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('HGET', KEYS[2], 'unseen') == ARGV[1] then return end
redis.call('HINCRBY', KEYS[2], 'ats', -1)
redis.call('HSET', KEYS[2], 'unseen', ARGV[1])
`;

/**
 * For a job that was taken and goes back without having been shown to its processor: that it was started does not count.
 * A job that was started before and has no record is never submitted
 * (docs/guarantees.md#g1-a-generation-is-charged-at-most-once).
 */
export async function forgetStart(redis: RedisClient, worker: Worker, id: string, token: string): Promise<void> {
  const key = worker.toKey(id);
  await redis.eval(FORGET_START, 2, `${key}:lock`, key, token);
}

/** Gives it back to the head of its priority, as if it had not been taken. @throws where the lock is lost */
export async function giveBackUnseen(redis: RedisClient, worker: Worker, id: string, token: string): Promise<void> {
  await forgetStart(redis, worker, id, token);
  await new Job(worker, '', {}, {}, id).moveToWait(token);
}

/** The id of the active job whose lock has this token; few are active at once. */
export async function lockedBy(redis: RedisClient, worker: Worker, token: string): Promise<string | undefined> {
  const active = await redis.lrange(worker.toKey('active'), 0, -1);
  const tokens = await Promise.all(active.map((id) => redis.get(`${worker.toKey(id)}:lock`)));
  return active.find((_, i) => tokens[i] === token);
}
