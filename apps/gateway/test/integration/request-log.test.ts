import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parseEnvironment } from '@kieq/config';
import { createKieClient } from '@kieq/kie';
import { createLogger } from '@kieq/telemetry';
import { startPool, TEST_KEY, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { KEYS, startGateway } from '../support.ts';

const CREATE = '/api/v1/jobs/createTask';
const kie = (code: number) => ({ code, msg: expect.any(String), data: null });

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'request-log', workers: 0 });
});
afterAll(() => pool.stop());

/** A log that can be read. */
function listening(): { readonly logger: ReturnType<typeof createLogger>; readonly lines: string[] } {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return {
    logger: createLogger({ name: 'gateway', level: 'debug', secrets: KEYS.map(({ key }) => key), destination }),
    lines,
  };
}

describe('a defect', () => {
  // @guarantee G7
  test('is 500 with an id that the log has, and tells nothing of itself', async () => {
    const { logger, lines } = listening();
    const credits = (): Promise<number> => Promise.reject(new TypeError('a secret detail'));
    const deps = { logger, kie: { ...createKieClient({ apiKey: TEST_KEY }), credits } };
    const gateway = await startGateway({ pool, keys: KEYS, deps });
    const { status, body } = await gateway.ask('/api/v1/chat/credit', { key: 'key-of-a' });
    expect([status, body]).toEqual([500, kie(500)]);
    const id = /req_[\w-]+/.exec(body.msg)?.[0] ?? 'no id';
    expect(JSON.stringify(body)).not.toContain('detail');
    const line = lines.find((text) => text.includes('A request failed')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      request: id,
      route: '/api/v1/chat/credit',
      err: { message: 'a secret detail' },
    });
    expect(line).toContain('at ');
  });
});

describe('the log', () => {
  // @guarantee G7
  test('has one line per answer: the pattern, never the address, the headers, the body', async () => {
    const { logger, lines } = listening();
    const gateway = await startGateway({ pool, keys: KEYS, deps: { logger } });
    const body = testRequest('a private prompt');
    const headers = { 'x-request-id': 'mine', 'idempotency-key': 'private-order' };
    await gateway.ask(CREATE, { key: 'key-of-a', body, headers });
    await gateway.ask('/api/v1/jobs/recordInfo?taskId=private-id', { key: 'key-of-a' });
    await gateway.ask('/private-address', { key: 'private-key' });
    const answered = await until(
      () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered'),
      ({ length }) => length === 3,
    );
    expect(answered).toMatchObject([
      {
        level: 'info',
        method: 'POST',
        route: CREATE,
        status: 200,
        tenant: 'a',
        request: expect.stringMatching(/^req_/),
      },
      { level: 'info', method: 'GET', route: '/api/v1/jobs/recordInfo', status: 422, tenant: 'a' },
      { level: 'info', method: 'GET', route: 'unknown', status: 401 },
    ]);
    expect(lines.join('')).not.toMatch(/private|key-of-a|"mine"/);
  });

  test('has the address of the client: of the connection, or as a trusted proxy saw it', async () => {
    const { trustedProxies } = parseEnvironment({ TRUSTED_PROXIES: '127.0.0.1' }, ['proxies']);
    const { logger, lines } = listening();
    const believing = await startGateway({ pool, keys: KEYS, trustedProxies, deps: { logger } });
    const other = await startGateway({ pool, keys: KEYS, deps: { logger } });
    const headers = { 'x-forwarded-for': '198.51.100.1, 192.0.2.7' };
    for (const gateway of [believing, other]) await gateway.ask('/v1/status', { key: 'wrong', headers });
    const answered = await until(
      () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered'),
      ({ length }) => length === 2,
    );
    expect(answered).toMatchObject([
      { status: 401, ip: '192.0.2.7' },
      { status: 401, ip: '127.0.0.1' },
    ]);
  });
});
