import { VERSION } from '@kieq/domain';
import { expect, inject, it } from 'vitest';
import { openBoard, type Board } from '../support.ts';

async function overview({ app }: Board): Promise<unknown> {
  const headers = { host: '127.0.0.1', origin: 'http://127.0.0.1' };
  return (await app.inject({ method: 'GET', url: '/api/overview', headers })).json();
}

it('shows a prefix of which nothing is known as empty, and not as a pool that flows', async () => {
  const board = await openBoard(inject('redisUrl'));
  expect(await overview(board)).toMatchObject({
    isEmpty: true,
    binding: 'no-worker',
    workers: { list: [], count: 0, hasEarlier: false, lastSeenMs: null, waiting: 0 },
  });
});

it('shows the workers that announce themselves', async () => {
  const board = await openBoard(inject('redisUrl'));
  const worker = { version: VERSION, host: 'here', queues: { submit: 20 } };
  for (let i = 10; i < 70; i += 1) await board.ledger.workers.announce({ id: `w${i}`, worker, lifeMs: 45_000 });
  expect(await overview(board)).toMatchObject({
    isEmpty: false,
    binding: null,
    workers: { count: 60, hasEarlier: false, list: expect.toSatisfy((list: unknown[]) => list.length === 50) },
  });
});

it('does not call workers of an earlier version dead, which do not announce themselves', async () => {
  const board = await openBoard(inject('redisUrl'));
  await board.ledger.sweep({ worker: 'of-0.2.0', leaseMs: 60_000, limit: 1, vehicleCheckMs: 1 });
  expect(await overview(board)).toMatchObject({ binding: null, workers: { count: 0, hasEarlier: true } });
});
