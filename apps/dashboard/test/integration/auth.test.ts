import { describe, expect, inject, it } from 'vitest';
import { basic, openBoard } from '../support.ts';

const logins = [{ user: 'operator', password: 'correct horse', role: 'operator' }] as const;
const anyHost = { host: 'board.example' };

async function anAsset(page: string): Promise<string> {
  const script = /src="(static\/js\/main[^"]+)"/.exec(page)?.[1];
  if (script === undefined) throw new Error('the page loads no script');
  return `/queues/${script}`;
}

describe('with a password', () => {
  const wrong = [
    ['no login', {}],
    ['a wrong password', { authorization: basic('operator', 'battery staple') }],
    ['a wrong user', { authorization: basic('root', 'correct horse') }],
    ['the user alone', { authorization: basic('operator', '') }],
    ['another scheme', { authorization: 'Bearer correct horse' }],
    ['no base64', { authorization: 'Basic ???' }],
  ] as const;

  it.each(wrong)('%s is asked for it on every address', async (_name, headers) => {
    // No request is delayed here; throttle.test.ts tests that.
    const throttle = { turn: () => Promise.resolve({ kind: 'answer' } as const) };
    const { app } = await openBoard(inject('redisUrl'), { logins, throttle });
    const asset = await anAsset(
      (
        await app.inject({
          url: '/queues/',
          headers: { ...anyHost, authorization: basic('operator', 'correct horse') },
        })
      ).body,
    );
    for (const url of [
      '/',
      '/queues/queue/submit',
      '/queues/api/queues',
      '/queues/api/redis/stats',
      asset,
      '/queues/static/favicon.ico',
      '/nothing',
    ]) {
      const answer = await app.inject({ url, headers: { ...anyHost, ...headers } });
      expect([url, answer.statusCode]).toEqual([url, 401]);
      expect(answer.headers['www-authenticate']).toBe('Basic realm="kieq dashboard", charset="UTF-8"');
      expect(answer.body).not.toContain('correct horse');
    }
    for (const url of ['/queues/api/queues/pause', '/nothing']) {
      expect((await app.inject({ method: 'PUT', url, headers: { ...anyHost, ...headers } })).statusCode).toBe(401);
    }
  });

  it('the right one opens page, files and API, under any host name', async () => {
    const { app } = await openBoard(inject('redisUrl'), { logins });
    const headers = { ...anyHost, authorization: basic('operator', 'correct horse') };
    expect((await app.inject({ url: '/', headers })).statusCode).toBe(200);
    const page = await app.inject({ url: '/queues/', headers });
    expect(page.statusCode).toBe(200);
    for (const url of [await anAsset(page.body), '/queues/api/queues'])
      expect((await app.inject({ url, headers })).statusCode).toBe(200);
    expect((await app.inject({ method: 'PUT', url: '/queues/api/queues/pause', headers })).statusCode).toBe(200);
  });

  it('a page of another origin changes nothing, though the browser sends the login along', async () => {
    const { app, queues } = await openBoard(inject('redisUrl'), { logins });
    const headers = { ...anyHost, authorization: basic('operator', 'correct horse') };
    for (const foreign of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await app.inject({
        method: 'PUT',
        url: '/queues/api/queues/pause',
        headers: { ...headers, ...foreign },
      });
      expect([answer.statusCode, answer.json()]).toEqual([403, { error: expect.stringContaining('origin') }]);
    }
    expect(await queues.submit.isPaused()).toBe(false);
  });
});

describe('without a password', () => {
  it('serves this machine, page and files', async () => {
    const { app } = await openBoard(inject('redisUrl'));
    const page = await app.inject({ url: '/', headers: { host: '127.0.0.1:8081' } });
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body).toContain('<title>kieq</title>');
    const board = await app.inject('/queues/');
    expect((await app.inject({ url: await anAsset(board.body) })).statusCode).toBe(200);
    expect((await app.inject('/queues/queue/submit')).statusCode).toBe(200);
  });

  it('answers nothing under a foreign host name (DNS rebinding)', async () => {
    const { app, queues } = await openBoard(inject('redisUrl'));
    for (const url of ['/', '/queues/api/queues', '/queues/static/favicon.ico', '/nothing']) {
      expect((await app.inject({ url, headers: { host: 'evil.example' } })).statusCode).toBe(403);
    }
    const headers = { host: 'evil.example:8081', origin: 'http://evil.example:8081' };
    expect((await app.inject({ method: 'PUT', url: '/queues/api/queues/pause', headers })).statusCode).toBe(403);
    expect(await queues.submit.isPaused()).toBe(false);
  });

  it('whoever comes through a proxy on this machine is not on it', async () => {
    const { app, queues } = await openBoard(inject('redisUrl'));
    for (const name of ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-port', 'x-real-ip', 'cf-connecting-ip']) {
      const headers = { host: 'localhost:8081', [name]: '127.0.0.1' };
      for (const url of ['/', '/api/overview', '/queues/api/queues', '/nothing'])
        expect([name, url, (await app.inject({ url, headers })).statusCode]).toEqual([name, url, 403]);
      const act = await app.inject({ method: 'PUT', url: '/queues/api/queues/pause', headers });
      expect([name, act.statusCode, act.json().error]).toEqual([name, 403, expect.stringContaining('proxy')]);
    }
    expect(await queues.submit.isPaused()).toBe(false);
  });

  it('another machine is not served, even when it says localhost', async () => {
    const { app } = await openBoard(inject('redisUrl'));
    const headers = { host: 'localhost' };
    expect((await app.inject({ url: '/api/overview', headers, remoteAddress: '192.168.1.4' })).statusCode).toBe(403);
    expect((await app.inject({ url: '/api/overview', headers, remoteAddress: '::1' })).statusCode).toBe(200);
  });

  it('a page of another local port changes nothing', async () => {
    const { app } = await openBoard(inject('redisUrl'));
    const headers = { host: 'localhost:8081', origin: 'http://localhost:3000' };
    expect((await app.inject({ method: 'PUT', url: '/queues/api/queues/pause', headers })).statusCode).toBe(403);
    const own = { host: 'localhost:8081', origin: 'http://localhost:8081', 'sec-fetch-site': 'same-origin' };
    expect((await app.inject({ method: 'PUT', url: '/queues/api/queues/pause', headers: own })).statusCode).toBe(200);
  });
});

it('/healthz says ok to anybody, and nothing else', async () => {
  const { app } = await openBoard(inject('redisUrl'), { logins });
  const answer = await app.inject({ url: '/healthz', headers: { host: '10.0.0.7:8081' } });
  expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok' }]);
});

it('every answer carries the security headers, and only files may be kept', async () => {
  const { app } = await openBoard(inject('redisUrl'));
  const asset = await anAsset((await app.inject('/queues/')).body);
  for (const [url, cache] of [
    ['/', 'no-store'],
    ['/queues/api/queues', 'no-store'],
    ['/nothing', 'no-store'],
    [asset, 'private, max-age=0'],
  ] as const) {
    const { headers } = await app.inject(url);
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': cache,
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});
