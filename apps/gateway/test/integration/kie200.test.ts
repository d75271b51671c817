import { createLogger } from '@kieq/telemetry';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { streamForm } from '../kie-uploads.ts';
import { KEYS, startGateway, type AskOptions, type GatewayFixture } from '../support.ts';
import { PNG } from '../v1-images.ts';

const BASE = '/kie200';
const CREATE = '/api/v1/jobs/createTask';
const KEY = 'key-of-a';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'kie200', workers: 0 });
});
afterAll(() => pool.stop());

const open = (): Promise<GatewayFixture> => startGateway({ pool, keys: KEYS });

describe('below /kie200', () => {
  const refused: readonly (readonly [string, string, AskOptions, number])[] = [
    ['an invalid request', CREATE, { key: KEY, body: {} }, 422],
    ['a body that is no JSON', CREATE, { key: KEY, body: '{' }, 400],
    ['a compressed body', CREATE, { key: KEY, body: {}, headers: { 'content-encoding': 'gzip' } }, 415],
    ['a missing key', CREATE, { body: {} }, 401],
    ['an unknown task', '/api/v1/jobs/recordInfo?taskId=x', { key: KEY }, 422],
    ['another method', CREATE, { key: KEY, method: 'DELETE' }, 405],
    ['an unknown address', '/api/v1/jobs/unknown', { key: KEY }, 404],
    ['an address that is none', '/api/v1/%', { key: KEY }, 400],
    ['an upload that is no image', '/api/file-base64-upload', { key: KEY, body: { base64Data: '' } }, 422],
    ['a form without an image', '/api/file-stream-upload', { key: KEY, body: streamForm(undefined) }, 422],
    ['a link to nothing', '/api/v1/common/download-url', { key: KEY, body: { url: 'x' } }, 422],
  ];
  test.each(refused)(
    '%s has status 200, and the same code and text as elsewhere',
    async (_what, path, options, code) => {
      const gateway = await open();
      const plain = await gateway.ask(path, options);
      const told = await gateway.ask(`${BASE}${path}`, options);
      expect([plain.status, told.status]).toEqual([code, 200]);
      expect(told.body).toMatchObject({ code, msg: expect.any(String), data: null });
      expect(told.body).toEqual(plain.body);
    },
  );

  test('tasks are made, found and answered as elsewhere, with one id for both', async () => {
    const gateway = await open();
    const headers = { 'idempotency-key': 'both' };
    const first = await gateway.ask(`${BASE}${CREATE}`, { key: KEY, body: testRequest('200'), headers });
    const again = await gateway.ask(CREATE, { key: KEY, body: testRequest('200'), headers });
    expect([first.status, first.body]).toEqual([200, again.body]);
    const conflict = await gateway.ask(`${BASE}${CREATE}`, { key: KEY, body: testRequest('other'), headers });
    expect([conflict.status, conflict.body.code]).toEqual([200, 422]);
    const { taskId } = first.body.data;
    const record = await gateway.ask(`${BASE}/api/v1/jobs/recordInfo?taskId=${taskId}`, { key: KEY });
    expect(record.body).toMatchObject({ code: 200, data: { taskId, state: 'waiting' } });
    const uploaded = await gateway.ask(`${BASE}/api/file-stream-upload`, { key: KEY, body: streamForm(PNG) });
    expect(uploaded.body).toMatchObject({ success: true, code: 200 });
  });

  test('the rate limit tells its code in the body alone, and when to try again', async () => {
    const gateway = await startGateway({ pool, keys: [{ key: 'slow', tenant: 'a' }], rateLimitPerMinute: 1 });
    await gateway.ask(`${BASE}/api/v1/jobs/recordInfo?taskId=x`, { key: 'slow' });
    const limited = await gateway.ask(`${BASE}/api/v1/jobs/recordInfo?taskId=x`, { key: 'slow' });
    expect([limited.status, limited.body.code, limited.headers.get('retry-after')]).toEqual([
      200,
      429,
      expect.any(String),
    ]);
  });

  test('there is nothing but Kie’s API, and the prefix counts once', async () => {
    const gateway = await open();
    for (const path of ['/v1/status', '/healthz', '/metrics', '', '/', '/kie200/api/v1/chat/credit', '/uploads/x']) {
      expect((await gateway.ask(`${BASE}${path}`, { key: 'key-of-op' })).status, path).toBe(404);
    }
    expect((await gateway.ask(`${BASE}/api/kie200/api/v1/chat/credit`, { key: KEY })).body.code).toBe(404);
  });

  test('logs and metrics have the code, so that refusals stay visible and bounded', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const logger = createLogger({ name: 'gateway', level: 'info', destination });
    const gateway = await startGateway({ pool, keys: KEYS, deps: { logger }, limits: { strangerLines: 2 } });
    for (let i = 0; i < 5; i += 1) await gateway.ask(`${BASE}${CREATE}`, { body: {}, key: 'wrong' });
    const answered = lines.filter((line) => line.includes('"answered"'));
    expect(answered).toHaveLength(2);
    expect(answered.every((line) => line.includes('"status":401'))).toBe(true);
    const { values } = await gateway.deps.metrics.requests.get();
    expect(values).toContainEqual(expect.objectContaining({ value: 5, labels: { route: CREATE, status: 401 } }));
  });
});
