import { expect, inject, it } from 'vitest';
import { basic, cookieOfName, openBoard, type Board } from '../support.ts';

const logins = [
  { user: 'operator', password: 'correct horse', role: 'operator' },
  { user: 'guest', password: 'only looking', role: 'viewer' },
] as const;
const own = { host: 'board.example', origin: 'http://board.example', 'sec-fetch-site': 'same-origin' };

async function logIn({ app }: Board, user: string, password: string) {
  return app.inject({ method: 'POST', url: '/api/login', headers: own, payload: { user, password } });
}

async function cookieOf(board: Board, user: string, password: string): Promise<string> {
  const answer = await logIn(board, user, password);
  expect(answer.statusCode).toBe(200);
  return cookieOfName(answer, 'kieq_session')?.split(';')[0] ?? '';
}

it('leads a browser to the login page, and back to where it wanted to go', async () => {
  const { app } = await openBoard(inject('redisUrl'), { logins });
  const answer = await app.inject({ url: '/queues/queue/poll?page=2', headers: { accept: 'text/html,*/*' } });
  expect([answer.statusCode, answer.headers.location]).toEqual([
    303,
    '/login?next=%2Fqueues%2Fqueue%2Fpoll%3Fpage%3D2',
  ]);
  const page = await app.inject('/login');
  expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('current-password')]);
});

it('a session opens everything, is out of reach of scripts and other sites, and ends', async () => {
  const board = await openBoard(inject('redisUrl'), { logins });
  const answer = await logIn(board, 'operator', 'correct horse');
  expect(answer.json()).toEqual({ user: 'operator', role: 'operator' });
  expect(cookieOfName(answer, 'kieq_session')).toMatch(
    /^kieq_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  expect(cookieOfName(answer, 'kieq_device')).toMatch(
    /^kieq_device=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const cookie = await cookieOf(board, 'operator', 'correct horse');
  const ask = async () => (await board.app.inject({ url: '/api/overview', headers: { cookie } })).statusCode;
  expect(await ask()).toBe(200);
  const out = await board.app.inject({ method: 'POST', url: '/api/logout', headers: { ...own, cookie } });
  expect(out.headers['set-cookie']).toContain('kieq_session=;');
  expect(await ask()).toBe(401);
});

it('is sent over TLS alone where a proxy speaks TLS', async () => {
  const { app } = await openBoard(inject('redisUrl'), { logins });
  const headers = { ...own, 'x-forwarded-proto': 'https' };
  const payload = { user: 'operator', password: 'correct horse' };
  const answer = await app.inject({ method: 'POST', url: '/api/login', headers, payload });
  for (const name of ['kieq_session', 'kieq_device']) expect(cookieOfName(answer, name)).toContain('Secure');
});

it('a viewer sees everything and changes nothing', async () => {
  const board = await openBoard(inject('redisUrl'), { logins });
  const headers = { ...own, cookie: await cookieOf(board, 'guest', 'only looking') };
  expect((await board.app.inject({ url: '/api/overview', headers })).json()).toMatchObject({
    you: { user: 'guest', role: 'viewer' },
  });
  expect((await board.app.inject({ url: '/queues/api/queues', headers })).statusCode).toBe(200);
  for (const [method, url] of [
    ['PUT', '/queues/api/queues/pause'],
    ['POST', '/api/gates/paused/close'],
    ['POST', '/api/generations/gen_1/redrive'],
    ['POST', '/api/dead-letters/task_lost/redrive'],
  ] as const) {
    const answer = await board.app.inject({ method, url, headers, payload: {} });
    expect([url, answer.statusCode, answer.json()]).toEqual([url, 403, { error: expect.stringContaining('viewer') }]);
  }
  expect(await board.ledger.gates.closed()).toEqual([]);
  const byBasic = { ...own, authorization: basic('guest', 'only looking') };
  expect(
    (await board.app.inject({ method: 'PUT', url: '/queues/api/queues/pause', headers: byBasic })).statusCode,
  ).toBe(403);
});

it('a page of another origin can neither act with the session nor log anybody in', async () => {
  const board = await openBoard(inject('redisUrl'), { logins });
  const cookie = await cookieOf(board, 'operator', 'correct horse');
  for (const foreign of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    const headers = { host: 'board.example', cookie, ...foreign };
    const act = await board.app.inject({ method: 'POST', url: '/api/gates/paused/close', headers, payload: {} });
    const login = await board.app.inject({ method: 'POST', url: '/api/login', headers, payload: logins[0] });
    expect([act.statusCode, login.statusCode]).toEqual([403, 403]);
  }
  expect(await board.ledger.gates.closed()).toEqual([]);
});
