import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { openRaw } from '../raw-http.ts';
import { KEYS, startGateway } from '../support.ts';

const CREATE = '/api/v1/jobs/createTask';
/** One address of each API, and one that is nothing. */
const CLOSED = ['/api/v1/jobs/recordInfo?taskId=x', '/v1/generations', '/v1/status', '/metrics', '/api/x', '/x'];
const OPEN = ['/healthz', '/readyz', '/openapi.json', '/docs', '/docs/static/swagger-ui.css'];

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'door', workers: 0 });
});
afterAll(() => pool.stop());

const created = async (): Promise<number> => (await pool.ledger.read.stateCounts()).queued;

describe('with keys', () => {
  // @guarantee G7
  test('nothing but health and documentation opens without a right one', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    for (const path of CLOSED) {
      for (const authorization of [
        undefined,
        'Bearer wrong',
        'Bearer ',
        'Basic key-of-a',
        'key-of-a',
        'Bearer key-of-a x',
      ]) {
        const headers = authorization === undefined ? {} : { authorization };
        const answer = await gateway.ask(path, { headers });
        expect([path, authorization, answer.status]).toEqual([path, authorization, 401]);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="kieq"');
        if (path.startsWith('/api/')) expect(answer.body).toEqual({ code: 401, msg: expect.any(String), data: null });
        else expect(answer.body).toEqual({ error: { code: 'unauthorized', message: expect.any(String) } });
        expect(JSON.stringify(answer.body)).not.toContain('key-of-a');
      }
    }
    for (const path of OPEN) expect([path, (await gateway.ask(path)).status]).toEqual([path, 200]);
  });

  test.each(['wrong', 'unknown', 'header', 'key'])(
    'our own sentence stays whole, also where the key is one of its words: %s',
    async (key) => {
      const gateway = await startGateway({ pool, keys: [...KEYS, { key: 'missing', tenant: 'c' }] });
      const { body } = await gateway.ask('/v1/status', { key });
      const message = 'The key is wrong; send the header Authorization: Bearer <key> with a key of GATEWAY_API_KEYS.';
      expect(body).toEqual({ error: { code: 'unauthorized', message } });
    },
  );

  test('a valid one is accepted, whatever the case of the scheme and the name of the host', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    for (const authorization of ['Bearer key-of-a', 'bearer  key-of-a']) {
      const headers = { authorization, host: 'gateway.example', origin: 'https://page.example' };
      const answer = await gateway.app.inject({ url: '/api/v1/jobs/recordInfo?taskId=x', headers });
      expect(answer.json()).toEqual({ code: 422, msg: 'recordInfo is null', data: null });
    }
  });

  test('the tenant of the key is the tenant of what it creates; an operator makes the default one', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    for (const [key, tenant] of [
      ['key-of-a', 'a'],
      ['key-of-b', 'b'],
      ['key-of-op', 'default'],
    ] as const) {
      const { body } = await gateway.ask(CREATE, { key, body: testRequest('whose') });
      expect((await pool.ledger.read.generation(body.data.taskId))?.tenant).toBe(tenant);
    }
  });

  test('the metrics are for operators', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    expect((await gateway.ask('/metrics', { key: 'key-of-a' })).status).toBe(403);
    const { status, body } = await gateway.ask('/metrics', { key: 'key-of-op' });
    expect(status).toBe(200);
    expect(body).toContain('kieq_gateway_requests_total{route="/metrics",status="403"} 1');
  });

  // @guarantee G7
  test('a stranger is answered before the body is read, and a long body is not waited for', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const post = [`POST ${CREATE} HTTP/1.1`, 'Host: gateway.example'];
    for (const announced of ['Content-Length: 16777216', 'Transfer-Encoding: chunked']) {
      const answer = await openRaw(gateway.url, [...post, announced]).closed();
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer.toLowerCase()).toContain('connection: close');
    }
  });
});

describe('without keys', () => {
  test('this machine is served as an operator', async () => {
    const gateway = await startGateway({ pool });
    expect((await gateway.ask(CREATE, { body: testRequest('mine') })).status).toBe(200);
    expect((await gateway.ask('/metrics')).status).toBe(200);
  });

  // @guarantee G7
  test('a foreign host name is not (DNS rebinding)', async () => {
    const gateway = await startGateway({ pool });
    const before = await created();
    for (const host of ['evil.example', 'localhost.evil.example', '192.168.1.4:8080']) {
      for (const url of CLOSED) {
        const answer = await gateway.app.inject({ url, headers: { host } });
        expect([url, host, answer.statusCode]).toEqual([url, host, 403]);
      }
      const answer = await gateway.app.inject({
        method: 'POST',
        url: CREATE,
        headers: { host },
        payload: testRequest('x'),
      });
      expect(answer.json()).toEqual({ code: 403, msg: expect.stringContaining('localhost'), data: null });
      expect((await gateway.app.inject({ url: '/healthz', headers: { host } })).statusCode).toBe(200);
    }
    expect(await openRaw(gateway.url, ['GET /v1/status HTTP/1.0']).closed()).toMatch(/^HTTP\/1\.1 403 /);
    expect(await created()).toBe(before);
  });

  // @guarantee G7
  test('a page of another origin can neither create nor read', async () => {
    const gateway = await startGateway({ pool });
    const before = await created();
    const host = 'localhost:8080';
    for (const foreign of [
      { origin: 'https://evil.example' },
      { origin: 'http://localhost:3000' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      // A form or a fetch without preflight: text/plain.
      const headers = { host, 'content-type': 'text/plain', ...foreign };
      const payload = JSON.stringify(testRequest('x'));
      expect((await gateway.app.inject({ method: 'POST', url: CREATE, headers, payload })).statusCode).toBe(403);
      const preflight = await gateway.app.inject({ method: 'OPTIONS', url: CREATE, headers: { host, ...foreign } });
      expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
    }
    const read = { host, origin: 'https://evil.example' };
    expect((await gateway.app.inject({ url: '/v1/generations', headers: read })).statusCode).toBe(403);
    expect(await created()).toBe(before);
    const own = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    const answer = await gateway.app.inject({ method: 'POST', url: CREATE, headers: own, payload: testRequest('own') });
    expect(answer.statusCode).toBe(200);
  });

  test('another machine is not served, even when it says localhost', async () => {
    const gateway = await startGateway({ pool });
    const headers = { host: 'localhost' };
    for (const remoteAddress of ['192.168.1.4', '::ffff:10.0.0.1', '2001:db8::1']) {
      expect((await gateway.app.inject({ url: '/v1/status', headers, remoteAddress })).statusCode).toBe(403);
    }
    for (const remoteAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      const answer = await gateway.app.inject({ url: '/api/v1/jobs/recordInfo?taskId=x', headers, remoteAddress });
      expect(answer.statusCode).toBe(422);
    }
  });

  test('a client behind a proxy on this machine does not count as local', async () => {
    const gateway = await startGateway({ pool });
    const before = await created();
    for (const name of ['Forwarded', 'Via', 'X-Forwarded-For', 'X-Forwarded-Port', 'X-Real-IP', 'CF-Connecting-IP']) {
      const headers = { [name]: '127.0.0.1' };
      expect([name, (await gateway.ask('/v1/status', { headers })).status]).toEqual([name, 403]);
      const { body } = await gateway.ask(CREATE, { body: testRequest('x'), headers });
      expect(body).toEqual({ code: 403, msg: expect.stringContaining('localhost'), data: null });
      expect((await gateway.ask('/healthz', { headers })).status).toBe(200);
    }
    expect(await created()).toBe(before);
  });

  test('with keys a proxy is accepted', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const headers = { 'x-forwarded-for': '203.0.113.7', via: '1.1 proxy' };
    expect((await gateway.ask('/v1/status', { key: 'key-of-a', headers })).status).toBe(200);
  });

  test('forwarding headers of a proxy do not make a caller local', async () => {
    const gateway = await startGateway({ pool });
    const headers = { host: 'localhost', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost' };
    const answer = await gateway.app.inject({ url: '/v1/status', headers, remoteAddress: '10.0.0.1' });
    expect(answer.statusCode).toBe(403);
  });
});
