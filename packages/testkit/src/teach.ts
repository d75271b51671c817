import { timingKind } from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import { testRequest } from './pool.ts';

/** The kind of every request of `testRequest`. */
export const TEST_KIND = timingKind(testRequest('').model, testRequest('').input);

/** As if tasks of the kind had ended with these times, the last one first; workers see it when they plan next. */
export async function teach(
  { redis, root }: Pick<Ledger, 'redis' | 'root'>,
  durationsMs: readonly number[],
  kind: string = TEST_KIND,
): Promise<void> {
  const learned = await redis.hincrby(`${root}stats`, 'learned', durationsMs.length);
  await redis.rpush(`${root}durations:${kind}`, ...durationsMs);
  await redis.rpush(`${root}kinds:recent`, ...durationsMs.map(() => kind));
  await redis.zadd(`${root}kinds`, learned, kind);
}
