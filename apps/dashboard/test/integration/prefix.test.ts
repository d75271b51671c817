import { describe, expect, inject, it } from 'vitest';
import { basic, cookieOfName, openBoard, type Board } from '../support.ts';

const logins = [{ user: 'operator', password: 'correct horse', role: 'operator' }] as const;
const publicUrl = 'https://ops.example/kieq';
/** As a proxy that writes `Host` anew sends it on, without TLS: browsers there tell no Sec-Fetch-Site. */
const own = { host: '127.0.0.1:8081', origin: 'https://ops.example' };
const authorization = basic('operator', 'correct horse');

async function logIn({ app }: Board, path: string, headers: Readonly<Record<string, string>> = own) {
  const payload = { user: 'operator', password: 'correct horse' };
  return app.inject({ method: 'POST', url: `${path}/api/login`, headers, payload });
}

/** Whatever a page names: files, pages, Bull Board. */
function addressesIn(html: string): string[] {
  const base = /<base href="([^"]*)"/.exec(html)?.[1] ?? '/';
  const found = [...html.matchAll(/<(?:a|link|script)\b[^>]*\b(?:href|src)="([^"]+)"/g)].map(
    ([, address = '']) => address,
  );
  return (
    found
      // Our scripts are there after a build alone; the test behind nginx runs them.
      .filter((address) => !/\/files\/\w+\.js$/.test(address))
      .filter((address) => !address.startsWith('#') && !address.includes('googleapis'))
      .map((address) => new URL(address, `https://ops.example${base}`).pathname)
  );
}

describe.each([
  ['leaves the prefix', '/kieq'],
  ['takes it off', ''],
])('a proxy that %s', (_name, path) => {
  it('pages, files and API work, and name no address beside the prefix', async () => {
    const { app } = await openBoard(inject('redisUrl'), { logins, publicUrl });
    for (const page of ['/', '/generations/gen_1', '/login', '/queues/', '/queues/queue/submit']) {
      const answer = await app.inject({ url: `${path}${page}`, headers: { ...own, authorization } });
      expect([page, answer.statusCode]).toEqual([page, 200]);
      const addresses = addressesIn(answer.body);
      expect(addresses.length).toBeGreaterThan(1);
      for (const address of addresses) {
        expect(address).toMatch(/^\/kieq(\/|$)/);
        const url = `${path}${address.slice('/kieq'.length)}`;
        expect([url, (await app.inject({ url, headers: { ...own, authorization } })).statusCode]).toEqual([url, 200]);
      }
    }
    const overview = await app.inject({ url: `${path}/api/overview`, headers: { authorization } });
    expect(overview.json()).toMatchObject({ you: { user: 'operator' } });
    expect((await app.inject(`${path}/healthz`)).json()).toEqual({ status: 'ok' });
  });

  it('leads to the login page, and keeps its cookies to itself', async () => {
    const board = await openBoard(inject('redisUrl'), { logins, publicUrl });
    const asked = await board.app.inject({
      url: `${path}/queues/queue/poll?page=2`,
      headers: { ...own, accept: 'text/html' },
    });
    expect(asked.headers.location).toBe('/kieq/login?next=%2Fqueues%2Fqueue%2Fpoll%3Fpage%3D2');
    const answer = await logIn(board, path);
    expect(answer.statusCode).toBe(200);
    for (const name of ['kieq_session', 'kieq_device'])
      expect(cookieOfName(answer, name)).toMatch(/; Path=\/kieq; HttpOnly; Secure; SameSite=Strict$/);
    const cookie = cookieOfName(answer, 'kieq_session')?.split(';')[0] ?? '';
    const headers = { ...own, cookie };
    expect((await board.app.inject({ url: `${path}/api/overview`, headers })).statusCode).toBe(200);
    const out = await board.app.inject({ method: 'POST', url: `${path}/api/logout`, headers });
    expect(cookieOfName(out, 'kieq_session')).toContain('Path=/kieq;');
  });

  it('what changes something works from its own pages, and is refused to others and where it is not listed', async () => {
    const board = await openBoard(inject('redisUrl'), { logins, publicUrl });
    const cookie = cookieOfName(await logIn(board, path), 'kieq_session')?.split(';')[0] ?? '';
    const put = async (url: string, origin: string): Promise<number> => {
      const headers = { ...own, cookie, origin };
      return (await board.app.inject({ method: 'PUT', url: `${path}${url}`, headers })).statusCode;
    };
    expect(await put('/queues/api/queues/pause', 'https://evil.example')).toBe(403);
    expect(await put('/queues/api/queues/pause', 'http://ops.example')).toBe(403);
    expect(await board.queues.submit.isPaused()).toBe(false);
    expect(await put('/queues/api/queues/pause', own.origin)).toBe(200);
    expect(await put('/queues/api/queues/submit/1/clean', own.origin)).toBe(403);
    expect((await logIn(board, path, { ...own, origin: 'https://evil.example' })).statusCode).toBe(403);
  });

  it('links of jobs lead to pages below the prefix', async () => {
    const { app, queues } = await openBoard(inject('redisUrl'), { logins, publicUrl });
    await queues.submit.add('kling', { v: 1, generation: 'gen_1' });
    const answer = await app.inject({
      url: `${path}/queues/api/queues?activeQueue=submit&status=waiting`,
      headers: { authorization },
    });
    expect(answer.json().queues[0].jobs[0].externalUrl).toEqual({
      displayText: 'gen_1',
      href: '/kieq/generations/gen_1',
    });
  });
});

it('without DASHBOARD_PUBLIC_URL a Host that was written anew is refused, and the answer says what to set', async () => {
  const board = await openBoard(inject('redisUrl'), { logins });
  const answer = await logIn(board, '');
  expect([answer.statusCode, answer.json()]).toEqual([
    403,
    { error: expect.stringContaining('set DASHBOARD_PUBLIC_URL') },
  ]);
});

it('a public address without a path concerns only origin and TLS', async () => {
  const board = await openBoard(inject('redisUrl'), { logins, publicUrl: 'https://ops.example' });
  expect(cookieOfName(await logIn(board, ''), 'kieq_session')).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
});
