import { appRoutes } from '@bull-board/api/dist/routes.js';
import { expect, inject, it } from 'vitest';
import { ALLOWED_ROUTES } from '../../src/auth/allowed-routes.ts';
import { failedJob, openBoard, type Board, type Method } from '../support.ts';

const METHODS = { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH' } as const satisfies Record<string, Method>;

/** Every route of the installed Bull Board that may change something, from its own table. */
const mutating = appRoutes.api.flatMap(({ method, route }) =>
  [method]
    .flat()
    .filter((verb) => verb !== 'get')
    .flatMap((verb) => [route].flat().map((pattern): [Method, string] => [METHODS[verb], `/queues${pattern}`])),
);
const denied = mutating.filter(([method, pattern]) => !ALLOWED_ROUTES.has(`${method} ${pattern}`));

function fill(pattern: string, jobId: string): string {
  const values: Record<string, string> = { queueName: 'submit', jobId, queueStatus: 'failed', schedulerId: 'nightly' };
  return pattern.replaceAll(/:(\w+)/g, (_all, name: string) => values[name] ?? 'x');
}

async function everything({ redis }: Board): Promise<string[]> {
  const keys = await redis.client.keys(`${redis.prefix}*`);
  const dumps = await Promise.all(
    keys.toSorted().map(async (key) => `${key} ${(await redis.client.dumpBuffer(key))?.toString('hex')}`),
  );
  return dumps;
}

it('denies every mutating route that is not listed, and changes nothing', async () => {
  const board = await openBoard(inject('redisUrl'));
  const failed = await failedJob(board, { v: 1 });
  await board.queues.submit.add('waiting', { v: 1 });
  await board.queues.submit.add('delayed', { v: 1 }, { delay: 3_600_000 });
  await board.queues.submit.upsertJobScheduler('nightly', { every: 86_400_000 }, { name: 'x' });
  const before = await everything(board);
  expect(denied.length).toBeGreaterThan(10);
  for (const [method, pattern] of denied) {
    const url = fill(pattern, failed.id ?? '');
    const answer = await board.app.inject({
      method,
      url,
      payload: { name: 'x', data: {}, jobData: {}, concurrency: 1, delay: 1, priority: 1 },
    });
    expect([url, answer.statusCode]).toEqual([url, 403]);
    expect(answer.json()).toEqual({ error: expect.stringContaining('kieq') });
  }
  expect(await everything(board)).toEqual(before);
});

it.each([
  ['DELETE', '/queues/api/queues/submit'],
  ['POST', '/api/nothing-here'],
  ['POST', '/'],
  ['PUT', '/queues/static/js/main.js'],
  ['PUT', '/queues/api/queues/submit/1/retry/'],
  ['PUT', '/queues/api/queues/submit/1/%63lean'],
  ['POST', '/healthz'],
] as const)('denies %s %s too', async (method, url) => {
  const { app } = await openBoard(inject('redisUrl'));
  expect((await app.inject({ method, url })).statusCode).toBe(403);
});

it('retries a failed job, one and all', async () => {
  const board = await openBoard(inject('redisUrl'));
  const one = await failedJob(board, { v: 1 });
  const answer = await board.app.inject({ method: 'PUT', url: `/queues/api/queues/submit/${one.id}/retry` });
  expect(answer.statusCode).toBe(204);
  expect(await one.getState()).toBe('waiting');
  await board.queues.submit.drain();
  const other = await failedJob(board, { v: 1 });
  const all = await board.app.inject({ method: 'PUT', url: '/queues/api/queues/submit/retry/failed' });
  expect([all.statusCode, all.json()]).toEqual([200, { retried: 1, skipped: 0 }]);
  expect(await other.getState()).toBe('waiting');
});

it('promotes a delayed job, one and all', async () => {
  const { app, queues } = await openBoard(inject('redisUrl'));
  const one = await queues.poll.add('x', {}, { delay: 3_600_000 });
  const other = await queues.poll.add('x', {}, { delay: 3_600_000 });
  expect((await app.inject({ method: 'PUT', url: `/queues/api/queues/poll/${one.id}/promote` })).statusCode).toBe(204);
  expect([await one.getState(), await other.getState()]).toEqual(['waiting', 'delayed']);
  expect((await app.inject({ method: 'PUT', url: '/queues/api/queues/poll/promote' })).statusCode).toBe(200);
  expect(await other.getState()).toBe('waiting');
});

it('pauses and resumes a queue, and all of them', async () => {
  const { app, queues } = await openBoard(inject('redisUrl'));
  const put = async (url: string): Promise<number> => (await app.inject({ method: 'PUT', url })).statusCode;
  const paused = (): Promise<boolean[]> => Promise.all([queues.submit.isPaused(), queues.poll.isPaused()]);
  expect([await put('/queues/api/queues/submit/pause'), await paused()]).toEqual([200, [true, false]]);
  expect([await put('/queues/api/queues/submit/resume'), await paused()]).toEqual([200, [false, false]]);
  expect([await put('/queues/api/queues/pause'), await paused()]).toEqual([200, [true, true]]);
  expect([await put('/queues/api/queues/resume'), await paused()]).toEqual([200, [false, false]]);
});

it('shows the mirror of dead letters without offering anything', async () => {
  const { app, queues } = await openBoard(inject('redisUrl'));
  await queues['dead-letter'].add('invalid_request', { generation: 'gen_1' }, { jobId: 'gen_1-letter' });
  const answer = await app.inject('/queues/api/queues?activeQueue=dead-letter');
  expect(answer.json().queues.at(-1)).toMatchObject({
    name: 'dead-letter',
    readOnlyMode: true,
    allowRetries: false,
    hasWorkers: null,
  });
  for (const action of ['gen_1-letter/retry', 'promote', 'pause']) {
    const url = `/queues/api/queues/dead-letter/${action}`;
    expect((await app.inject({ method: 'PUT', url })).statusCode).toBe(405);
  }
});
