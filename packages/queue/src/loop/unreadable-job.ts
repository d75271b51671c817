import type { Worker } from 'bullmq';
import type { RedisClient } from '@kieq/redis';
import { giveBackUnseen, lockedBy } from './unseen-job.ts';

/** Fields that no job of kieq needs, and that are JSON in jobs that BullMQ wrote. */
const SIDE_FIELDS = ['progress', 'parent', 'parentKey'];

/** Whether BullMQ took a job and could not read its fields other than the data. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof TypeError;
}

/**
 * Gives the job that was taken with this token back without the fields that made it unreadable, which another program
 * or an operator wrote into Redis. Otherwise it could never be ended: it would come back to the head of the queue each
 * time its lock ends.
 */
export async function mendUnreadable(redis: RedisClient, worker: Worker, token: string): Promise<void> {
  const id = await lockedBy(redis, worker, token);
  if (id === undefined) return;
  await redis.hset(worker.toKey(id), 'opts', '{}');
  await redis.hdel(worker.toKey(id), ...SIDE_FIELDS);
  await giveBackUnseen(redis, worker, id, token);
}
