import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway } from '../support.ts';

const GENERATE = '/api/v1/veo/generate';
const RECORD = '/api/v1/veo/record-info?taskId=';
const IMAGE = 'https://example.com/a.png';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'veo', simulator: { models: ['*'] } });
});
afterAll(() => pool.stop());

/** `resultUrls` and all other fields that public clients of Veo's endpoints read. */
const recordSchema = z.strictObject({
  taskId: z.string(),
  paramJson: z.string(),
  successFlag: z.int(),
  response: z
    .strictObject({
      taskId: z.string(),
      resultUrls: z.array(z.url()),
      originUrls: z.array(z.url()),
      resolution: z.string().nullable(),
    })
    .nullable(),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  createTime: z.int(),
  completeTime: z.int().nullable(),
  fallbackFlag: z.boolean(),
  // Of recordInfo, for clients that wait for them here.
  state: z.string(),
  resultJson: z.string().nullable(),
  failCode: z.string().nullable(),
  failMsg: z.string().nullable(),
});

test('a body of Veo becomes an input of veo-3-1, and its record has the shape of Veo', async () => {
  const { ask } = await startGateway({ pool, keys: KEYS });
  const body = {
    prompt: 'a veo video',
    model: 'veo3_lite',
    imageUrls: [IMAGE],
    generationType: 'FIRST_AND_LAST_FRAMES_2_VIDEO',
    aspectRatio: '9:16',
    resolution: '1080p',
    duration: 6,
    seeds: 12_345,
    enableTranslation: false,
    watermark: 'w',
    fancy: true,
  };
  const { status, body: answer } = await ask(GENERATE, { key: 'key-of-a', body });
  expect({ status, answer }).toMatchObject({ status: 200, answer: { code: 200, msg: 'success' } });
  const { taskId } = answer.data;
  const waiting = recordSchema.parse((await ask(`${RECORD}${taskId}`, { key: 'key-of-a' })).body.data);
  expect(waiting.taskId).toBe(taskId);
  await pool.recordWhen(taskId, ({ state }) => state === 'succeeded');
  const submission = await pool.simulator.waitForSubmission(({ prompt }) => prompt === 'a veo video');
  expect(submission.input).toEqual({
    prompt: 'a veo video',
    model: 'veo3_lite',
    image_urls: [IMAGE],
    generation_type: 'FIRST_AND_LAST_FRAMES_2_VIDEO',
    aspect_ratio: '9:16',
    resolution: '1080p',
    duration: 6,
    seed: 12_345,
    enable_translation: false,
    watermark: 'w',
  });
  const done = recordSchema.parse((await ask(`${RECORD}${taskId}`, { key: 'key-of-a' })).body.data);
  expect(done).toMatchObject({
    successFlag: 1,
    response: { taskId, resolution: '1080p', resultUrls: [expect.stringMatching(/^http/)] },
    errorCode: null,
    completeTime: expect.any(Number),
  });
  expect(JSON.parse(done.paramJson)).toMatchObject({ model: 'veo-3-1', input: { prompt: 'a veo video' } });
  const foreign = await ask(`${RECORD}${taskId}`, { key: 'key-of-b' });
  expect(foreign).toMatchObject({ status: 422, body: { code: 422, msg: 'recordInfo is null', data: null } });
});

test('the default tier is written, Auto is left out, and what has no effect is named', async () => {
  const { ask, deps } = await startGateway({ pool });
  const body = { prompt: 'defaults', aspect_ratio: 'Auto', seeds: 12_345, fancy: true, callBackUrl: '' };
  const { body: answer, headers } = await ask(GENERATE, { body });
  const payload = (await deps.ledger.read.generation(answer.data.taskId))?.payload ?? '';
  expect(JSON.parse(payload).request).toEqual({
    model: 'veo-3-1',
    input: { prompt: 'defaults', model: 'veo3_fast', seed: 12_345 },
  });
  expect(headers.get('x-kieq-warnings')).toMatch(
    /^fancy is no known field and was ignored; input\.seed is no field of this model/,
  );
});

test('a failure shows as 3, with code and message', async () => {
  const { ask } = await startGateway({ pool });
  const later = await ask('/v1/generations', {
    body: { model: 'veo-3-1', input: { prompt: 'later' }, delayMs: 3_600_000 },
  });
  await ask(`/v1/generations/${later.body.id}`, { method: 'DELETE' });
  const record = recordSchema.parse((await ask(`${RECORD}${later.body.id}`)).body.data);
  expect(record).toMatchObject({ successFlag: 3, response: null, errorCode: 'cancelled' });
  expect(record.errorMessage).toMatch(/Nothing was charged/);
});

test('the same key is the same task, and a wrong body creates nothing', async () => {
  const { ask } = await startGateway({ pool });
  const headers = { 'idempotency-key': 'veo-1' };
  const first = await ask(GENERATE, { body: { prompt: 'once' }, headers });
  const again = await ask(GENERATE, { body: { prompt: 'once' }, headers });
  expect(again.body.data).toEqual(first.body.data);
  expect(await ask(GENERATE, { body: '[]' })).toMatchObject({ status: 400, body: { code: 400, data: null } });
  expect(await ask(GENERATE, { body: { prompt: 'x', callBackUrl: 'no address' } })).toMatchObject({ status: 422 });
});

test.each([
  ['GET', '/api/v1/veo/get-1080p-video?taskId=x', /resolution/],
  ['POST', '/api/v1/veo/extend', /Nothing was created/],
])('%s %s is 404 with the reason', async (method, path, reason) => {
  const { ask } = await startGateway({ pool });
  const { status, body } = await ask(path, { method, ...(method === 'POST' ? { body: {} } : {}) });
  expect({ status, code: body.code }).toEqual({ status: 404, code: 404 });
  expect(body.msg).toMatch(reason);
});
