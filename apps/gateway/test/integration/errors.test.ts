import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';

const CREATE = '/api/v1/jobs/createTask';
const native = (code: string) => ({ error: { code, message: expect.any(String) } });
const kie = (code: number) => ({ code, msg: expect.any(String), data: null });

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'errors', workers: 0 });
});
afterAll(() => pool.stop());

/** Everything that the server says to these bytes until it hangs up. */
async function talk(gateway: GatewayFixture, text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(gateway.url).port) });
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
  socket.write(text);
  await once(socket, 'close');
  return said;
}

describe('addresses', () => {
  test('unknown ones are 404 in the envelope of their API', async () => {
    const gateway = await startGateway({ pool });
    for (const path of ['/api/v1/jobs', '/api/', '/api/v2/x?y=1']) {
      const answer = await gateway.ask(path);
      expect([answer.status, answer.body]).toEqual([404, kie(404)]);
    }
    for (const path of ['/', '/v1', '/v1/nothing', '/apis', '/%2e%2e/etc/passwd', `/v1/${'x'.repeat(500)}`]) {
      const answer = await gateway.ask(path);
      expect([answer.status, answer.body]).toEqual([404, native('not_found')]);
    }
    expect((await gateway.ask('/nothing', { body: { a: 1 } })).status).toBe(404);
  });

  test('other methods of a known one are 405 with Allow, OPTIONS lists them, HEAD is GET without a body', async () => {
    const gateway = await startGateway({ pool });
    const wrong = await gateway.ask(CREATE);
    expect([wrong.status, wrong.body, wrong.headers.get('allow')]).toEqual([405, kie(405), 'OPTIONS, POST']);
    const put = await gateway.ask('/v1/status', { method: 'PUT', body: {} });
    expect([put.status, put.body, put.headers.get('allow')]).toEqual([
      405,
      native('method_not_allowed'),
      'GET, HEAD, OPTIONS',
    ]);
    const options = await gateway.ask(CREATE, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow'), options.body]).toEqual([204, 'OPTIONS, POST', '']);
    const head = await gateway.ask('/openapi.json', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
  });

  test('one that is no address is 400', async () => {
    const gateway = await startGateway({ pool });
    const answer = await gateway.ask('/api/%zz');
    expect([answer.status, answer.body]).toEqual([400, kie(400)]);
  });
});

describe('bodies', () => {
  test('one that is too long is 413, and its connection ends', async () => {
    const gateway = await startGateway({ pool });
    const head = [`POST ${CREATE} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json'];
    const answer = await talk(gateway, [...head, 'Content-Length: 1048577', '', ''].join('\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual(kie(413));
    const chunk = `${(1_048_577).toString(16)}\r\n${' '.repeat(1_048_577)}\r\n`;
    const chunked = await talk(gateway, [...head, 'Transfer-Encoding: chunked', '', chunk].join('\r\n'));
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('compressed ones are 415', async () => {
    const gateway = await startGateway({ pool });
    for (const encoding of ['gzip', 'br', 'identity, gzip']) {
      const headers = { 'content-encoding': encoding, 'content-type': 'application/json' };
      const answer = await gateway.ask(CREATE, { body: '{}', headers });
      expect([answer.status, answer.body]).toEqual([415, kie(415)]);
    }
  });

  test('the native API takes JSON that is declared as JSON', async () => {
    const gateway = await startGateway({ pool });
    const url = '/v1/dead-letters/redrive';
    const wrong = await gateway.ask(url, { body: '{}', headers: { 'content-type': 'text/plain' } });
    expect([wrong.status, wrong.body]).toEqual([415, native('unsupported_media_type')]);
    for (const body of ['{', '', '{"__proto__":{"a":1}}', '{"a":{"constructor":{"prototype":{}}}}']) {
      const answer = await gateway.ask(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      expect([body, answer.status, answer.body]).toEqual([body, 400, native('unreadable_body')]);
    }
  });

  test('an empty one that is declared as JSON counts as absent where none is needed', async () => {
    const gateway = await startGateway({ pool });
    const headers = { 'content-type': 'application/json' };
    const id = (await pool.enqueue('cancelled without a body'))[0] ?? '';
    const cancelled = await gateway.ask(`/v1/generations/${id}`, { method: 'DELETE', headers });
    expect(cancelled).toMatchObject({ status: 200, body: { id, state: 'cancelled' } });
    const redriven = await gateway.ask(`/v1/dead-letters/${id}/redrive`, { method: 'POST', body: '', headers });
    expect(redriven).toMatchObject({ status: 409, body: native('not_redrivable') });
  });

  test('one that no route reads is ignored, whatever its type', async () => {
    const gateway = await startGateway({ pool });
    const asked = await gateway.ask('/v1/status', { headers: { 'content-encoding': 'gzip', 'content-type': 'x' } });
    expect(asked.status).toBe(200);
  });

  test('what never becomes a request is answered and cut', async () => {
    const gateway = await startGateway({ pool });
    expect(await talk(gateway, 'not http\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"unreadable_body"/);
    const long = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await talk(gateway, long)).toMatch(/^HTTP\/1\.1 431 /);
    const both = `POST ${CREATE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`;
    expect(await talk(gateway, both)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

test('every response has the security headers, and does not name the server', async () => {
  const gateway = await startGateway({ pool });
  for (const path of ['/healthz', '/v1/status', '/nothing', '/api/x', '/docs', '/openapi.json']) {
    const { headers } = await gateway.ask(path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    for (const name of ['server', 'x-powered-by', 'access-control-allow-origin']) expect(headers.get(name)).toBeNull();
  }
});

// @guarantee G7
test('no answer echoes a secret of the body', async () => {
  const gateway = await startGateway({ pool, keys: KEYS, secrets: ['the-account-key'] });
  const secrets = { apiKey: 'sk-unknown', nested: { token: 't-unknown' }, note: 'Bearer b-unknown', mine: 'key-of-a' };
  const bodies = [
    { ...testRequest('x'), ...secrets, 'the-account-key': 1, model: 7, input: secrets },
    { model: 'x', input: 'http://user:p-unknown@host', callBackUrl: 'https://user:p-unknown@example.com/' },
  ];
  for (const path of [CREATE, '/v1/generations']) {
    for (const body of bodies) {
      const answer = await gateway.ask(path, { key: 'key-of-a', body });
      expect(answer.status).toBe(422);
      expect(JSON.stringify(answer.body)).not.toMatch(/-unknown|key-of-a|the-account-key/);
    }
  }
});
