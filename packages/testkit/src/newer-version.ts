import type { RedisClient } from '@kieq/redis';

/** A word that a newer version of kieq may write, and that this one does not know. */
export const NEWER_WORD = 'from_the_future';

/** Where a pool's ledger is. */
export interface LedgerPlace {
  readonly redis: RedisClient;
  /** Key root, such as `{kieq}:ledger:`. */
  readonly root: string;
}

/** A field of which this version has never heard. */
const MORE = { [NEWER_WORD]: { any: [1] } };

/**
 * Opens a dead letter of a newer class next to a generation, as the scripts of a newer version would: an attempt ended in
 * a newer way, and there are fields that this version does not know.
 * @param state that of the generation from now on; a newer version's, too
 */
export async function openNewerDeadLetter({ redis, root }: LedgerPlace, id: string, state = 'dead'): Promise<void> {
  const record = `${root}gen:${id}`;
  const [seconds] = await redis.time();
  const now = Number(seconds) * 1000;
  const was = (await redis.hget(record, 'state')) ?? '';
  const evidence = { summary: 'seen by a newer version', ...MORE };
  const deadLetter = { class: NEWER_WORD, openedAt: now, evidence, from: was, ...MORE };
  const times = { admittedAt: now, sendBy: now, leaseUntil: now };
  const attempt = { n: 1, tokenHash: 'newer', ...times, outcome: NEWER_WORD, taskId: `task-of-${id}`, ...MORE };
  await redis.zrem(`${root}state:${was}`, id);
  await redis.zadd(`${root}state:${state}`, now, id);
  await redis.hset(record, {
    state,
    since: now,
    letter: JSON.stringify(deadLetter),
    letterClass: NEWER_WORD,
    letters: 1,
    attempts: 1,
    current: 1,
    'a:1': JSON.stringify(attempt),
    [NEWER_WORD]: JSON.stringify(MORE),
  });
  await redis.zadd(`${root}letters:${NEWER_WORD}`, now, id);
  await redis.sadd(`${root}mirror`, id);
  await redis.hincrby(`${root}stats`, `letter:${NEWER_WORD}`, 1);
}

/** Fields of a closed gate. */
export interface NewerGate {
  /** Default: a newer version's. */
  readonly mode?: string;
  readonly untilAt?: number;
  readonly nextAt?: number;
  readonly intervalMs?: number;
  readonly canary?: string;
}

/** Closes a gate as a newer version would. @param reason default: one that only it knows */
export async function closeNewerGate(
  { redis, root }: LedgerPlace,
  fields: NewerGate = {},
  reason = NEWER_WORD,
): Promise<void> {
  const [seconds] = await redis.time();
  const gate = { since: Number(seconds) * 1000, mode: NEWER_WORD, refusals: 3, detail: 'seen', ...fields, ...MORE };
  await redis.hset(`${root}gates`, reason, JSON.stringify(gate));
  await redis.hincrby(`${root}stats`, `gate:${reason}`, 1);
}
