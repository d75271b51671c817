import { confirmIntent } from '@kieq/ledger';

import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createArgs,
  DIE,
  evidence,
  generating,
  openPool,
  poolOn,
  RETRY,
  settleArgs,
  SHORT_LEASE,
  unknown,
  VEHICLE_CHECK_MS,
  type Pool,
} from './fixture.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

// A server of our own: the tests change its settings for everybody.
const server = await privateRedis();
let redis: Redis;

beforeAll(async () => {
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
});

/** Runs `work` while Redis has no memory left. */
async function full<Value>(work: () => Promise<Value>): Promise<Value> {
  await redis.config('SET', 'maxmemory', '1');
  try {
    return await work();
  } finally {
    await redis.config('SET', 'maxmemory', '0');
  }
}

describe('out of memory', () => {
  let pool: Pool;
  let ids: string[];

  beforeAll(async () => {
    pool = poolOn(redis, '{kieq-oom}');
    await pool.ledger.settings.overwrite({ submitTimeoutMs: 1, unknownWindowMs: 600_000 });
    ids = await Promise.all(Array.from({ length: 6 }, () => pool.create()));
    for (const id of ids) await pool.admit(id, 'token', SHORT_LEASE);
  });

  // @guarantee G1
  test('nothing new is taken, and no intent is written: no POST', async () => {
    const queued = await pool.create();
    await expect(full(() => pool.ledger.create(createArgs('gen_outofmemory')))).rejects.toThrow(/^OOM/);
    await expect(full(() => pool.admit(queued, 'fresh'))).rejects.toThrow(/^OOM/);
    expect(await pool.ledger.read.generation(queued)).toMatchObject({ state: 'queued', attempts: [] });
    expect(await pool.state('gen_outofmemory')).toBeUndefined();
  });

  // @guarantee G3
  test('what a worker knows about money is still written', async () => {
    const [accepted = '', refused = '', lost = '', expired = '', adopted = '', dead = ''] = ids;
    const task = await generating(pool);
    const orphan = await unknown(pool);
    const replies = await full(() =>
      Promise.all([
        pool.accept(accepted, 'token', 'task-accepted'),
        pool.refuse(refused, 'token', RETRY),
        pool.lose(lost, 'token'),
        pool.ledger.expire(expired),
        pool.ledger.accept({
          id: adopted,
          attempt: 1,
          taskId: 'task-adopted',
          adopted: true,
          pollDelayMs: 0,
          vehicleCheckMs: VEHICLE_CHECK_MS,
        }),
        pool.refuse(dead, 'token', DIE),
        pool.ledger.settle(settleArgs(task.id, task.taskId)),
        pool.accept(orphan.id, orphan.token, 'task-orphan', { adopted: true }),
      ]),
    );
    expect(replies.map(({ kind }) => kind)).toEqual([
      'accepted',
      'queued',
      'unknown',
      'unknown',
      'accepted',
      'dead',
      'settled',
      'accepted',
    ]);
    expect(await pool.ledger.read.taskOwner('task-accepted')).toBe(`${accepted}:1`);
    expect(await pool.state(task.id)).toBe('succeeded');
  });

  test('gates close and kills open dead letters in spite of it', async () => {
    const { id } = await generating(pool);
    await full(() => pool.ledger.gates.pause('no memory'));
    expect(await full(() => pool.ledger.peek())).toMatchObject({ kind: 'wait', reason: 'paused' });
    expect(
      await full(() => pool.ledger.kill({ id, class: 'task_stuck', expected: 'generating', evidence })),
    ).toMatchObject({ kind: 'dead' });
    await pool.ledger.gates.open('paused');
  });
});

describe('confirmIntent', () => {
  test('asks no server when nothing was asked for', async () => {
    expect(await confirmIntent(redis, { kind: 'none' }, 1, 0)).toBe(true);
  });

  // @guarantee G1
  test('is false where no replica confirms in time', async () => {
    await redis.set('{kieq-durable}', '1');
    expect(await confirmIntent(redis, { kind: 'replica', replicas: 1 }, 20, 0)).toBe(false);
  });

  test('fsync on a server that cannot confirm it is an error, never a silent yes', async () => {
    // 7.0 does not know WAITAOF; 7.2 refuses it without an append-only file.
    await expect(confirmIntent(redis, { kind: 'fsync' }, 20, 0)).rejects.toThrow(/WAITAOF/i);
  });
});

// @guarantee G2
test('scripts that the server has forgotten are sent again', async () => {
  const pool = await openPool('flush');
  const id = await pool.create();
  const forget = async (): Promise<void> => {
    await redis.script('FLUSH');
    await pool.redis.script('FLUSH');
  };
  await forget();
  expect(await pool.admit(id, 'token')).toMatchObject({ kind: 'admitted' });
  await forget();
  const waves = await Promise.all(Array.from({ length: 20 }, () => pool.accept(id, 'token', 'task-1')));
  expect(new Set(waves.map(({ kind }) => kind))).toEqual(new Set(['accepted']));
  expect((await pool.ledger.read.stats())['accepted']).toBe(1);
});
