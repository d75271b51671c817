import { expect, inject, it } from 'vitest';
import { failedJob, openBoard, takeJob } from '../support.ts';

const API_KEY = 'kie-key-0123456789abcdef';
const TOKEN = 'Zm9yIG9uZSBhdHRlbXB0IG9ubHk';
const SECRETS = [API_KEY, TOKEN, 'eyJhbGciOi', 'hunter2', 'f00dcafe', 'nested-secret'];

const callback = `https://kieq.example/callbacks/kie/gen_0001/${TOKEN}`;
const data = {
  v: 1,
  generation: 'gen_0001',
  request: {
    model: 'kling-2.6/image-to-video',
    input: {
      prompt: `a sunrise, sent with Bearer eyJhbGciOi.x and ${API_KEY}`,
      image_urls: [
        'https://b.example/a.png?X-Amz-Date=2026&X-Amz-Signature=f00dcafe',
        'https://me:hunter2@b.example/b.png',
      ],
    },
  },
  callBackUrl: callback,
  headers: { authorization: { scheme: 'x', value: 'nested-secret' } },
};

// @guarantee G7
it('shows jobs, reasons, stacks and logs without secrets', async () => {
  const board = await openBoard(inject('redisUrl'), { secrets: [API_KEY] });
  const job = await failedJob(board, data, new Error(`Bearer eyJhbGciOi.y refused at ${callback} with ${API_KEY}`));
  await job.log(`called ${callback} with authorization: Bearer eyJhbGciOi.z`);
  await job.updateProgress({ token: 'nested-secret', note: callback });
  const urls = [
    '/queues/api/queues?activeQueue=submit&status=failed',
    `/queues/api/queues/submit/${job.id}`,
    `/queues/api/queues/submit/${job.id}/logs`,
    `/queues/api/queues/submit/${job.id}/flow`,
  ];
  const bodies = await Promise.all(urls.map(async (url) => (await board.app.inject(url)).body));
  for (const body of bodies) for (const secret of SECRETS) expect(body).not.toContain(secret);
  for (const body of bodies.slice(0, 2)) {
    for (const kept of ['gen_0001', 'a sunrise', 'X-Amz-Date=2026', 'b.example/b.png', '/callbacks/kie/gen_0001/***'])
      expect(body).toContain(kept);
  }
  expect(bodies[2]).toBe(
    JSON.stringify(['called https://kieq.example/callbacks/kie/gen_0001/*** with authorization: Bearer ***']),
  );
});

it('shows return values without secrets', async () => {
  const board = await openBoard(inject('redisUrl'), { secrets: [API_KEY] });
  await board.queues.submit.add(`model of ${API_KEY}`, {});
  const { job, token } = await takeJob(board);
  await job.moveToCompleted({ callback, apiKey: 'nested-secret', taskId: 'task-1' }, token, false);
  const answer = await board.app.inject('/queues/api/queues?activeQueue=submit&status=completed');
  for (const secret of SECRETS) expect(answer.body).not.toContain(secret);
  expect(answer.json().queues[0].jobs[0]).toMatchObject({
    name: 'model of ***',
    returnValue: { apiKey: '***', taskId: 'task-1' },
  });
});

it('a job without secrets is shown as it is', async () => {
  const board = await openBoard(inject('redisUrl'), { secrets: [API_KEY] });
  const plain = {
    v: 1,
    list: [0, false, null, ''],
    idempotencyKey: 'order-7',
    nested: { at: '2026-01-01T00:00:00.000Z' },
  };
  const job = await board.queues.submit.add('kling', plain);
  const answer = await board.app.inject(`/queues/api/queues/submit/${job.id}`);
  expect(answer.json()).toMatchObject({ status: 'waiting', job: { id: job.id, name: 'kling', data: plain } });
});

it('a request that fails says why, without secrets, and the failure is an error to the browser', async () => {
  const board = await openBoard(inject('redisUrl'), { secrets: [API_KEY] });
  const job = await board.queues.submit.add('kling', {});
  const answer = await board.app.inject({ method: 'PUT', url: `/queues/api/queues/submit/${job.id}/promote` });
  expect([answer.statusCode, answer.json()]).toEqual([500, { error: expect.stringContaining('promote') }]);
  const missing = await board.app.inject(`/queues/api/queues/submit/none-of-${API_KEY}`);
  expect([missing.statusCode, missing.json()]).toEqual([404, { error: { key: 'ERRORS.JOB_NOT_FOUND' } }]);
});
