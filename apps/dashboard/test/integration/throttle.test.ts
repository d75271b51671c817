import { parseEnvironment } from '@kieq/config';
import { startLocalRedis } from '@kieq/local-redis';
import { closeConnection, createConnection, createThrottle, waitUntilReady, type Throttle } from '@kieq/redis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { basic, cookieOfName, openBoard, type Board } from '../support.ts';

const logins = [
  { user: 'operator', password: 'correct horse', role: 'operator' },
  { user: 'guest', password: 'only looking', role: 'viewer' },
] as const;
const own = { host: 'board.example', origin: 'http://board.example', 'sec-fetch-site': 'same-origin' };
const { trustedProxies } = parseEnvironment({ TRUSTED_PROXIES: '127.0.0.1' }, ['proxies']);

/** Real ones, in a world that runs a hundred times as fast. */
function hurried(throttle: Throttle): Throttle {
  return {
    turn: (subjects, attempt) =>
      throttle.turn(
        subjects.map(({ name, rule }) => ({
          name,
          rule: { ...rule, growMs: rule.growMs / 100, pauseMs: rule.pauseMs / 100, mostMs: rule.mostMs / 100 },
        })),
        attempt,
      ),
  };
}

/** A dashboard that believes the proxy from which all of a test comes. */
async function openHurried(): Promise<Board> {
  const redis = createConnection({ url: inject('redisUrl'), role: 'producer' });
  await waitUntilReady(redis);
  onTestFinished(() => closeConnection(redis));
  const prefix = `{guessing-${process.pid}-${performance.now()}}`;
  onTestFinished(async () => {
    const keys = await redis.keys(`${prefix.replaceAll(/[{}]/g, '?')}*`);
    if (keys.length > 0) await redis.del(...keys);
  });
  return openBoard(inject('redisUrl'), {
    logins,
    trustedProxies,
    throttle: hurried(createThrottle({ redis, prefix })),
  });
}

async function logIn({ app }: Board, user: string, password: string, more: Readonly<Record<string, string>> = {}) {
  return app.inject({ method: 'POST', url: '/api/login', headers: { ...own, ...more }, payload: { user, password } });
}

async function overview({ app }: Board, headers: Readonly<Record<string, string>>): Promise<number> {
  return (await app.inject({ url: '/api/overview', headers: { ...own, ...headers } })).statusCode;
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const before = performance.now();
  return [await work(), performance.now() - before];
}

const right = { authorization: basic('operator', 'correct horse') };

it('ten wrong logins make the next answer late, right or wrong, by form and by header; nobody is shut out', async () => {
  const board = await openHurried();
  for (let i = 0; i < 10; i += 1) {
    const wrong = { authorization: basic('operator', `guess ${i}`) };
    const status =
      i % 2 === 0 ? (await logIn(board, 'operator', `guess ${i}`)).statusCode : await overview(board, wrong);
    expect(status).toBe(401);
  }
  // The tenth moved the next answer on by 50 ms.
  const [status, tookMs] = await timed(() => overview(board, right));
  expect(status).toBe(200);
  expect(tookMs).toBeGreaterThan(30);
  expect((await logIn(board, 'operator', 'correct horse')).statusCode).toBe(200);
});

it('a flood of guesses at once gets a few answers; those who are in, and other addresses, notice nothing', async () => {
  const board = await openHurried();
  const answer = await logIn(board, 'operator', 'correct horse');
  const cookieOf = (name: string): string => cookieOfName(answer, name)?.split(';')[0] ?? '';
  const flood = Promise.all(Array.from({ length: 300 }, (_, i) => logIn(board, 'operator', `guess ${i}`)));
  const during = [
    await overview(board, { cookie: cookieOf('kieq_session') }),
    (await logIn(board, 'operator', 'correct horse', { cookie: cookieOf('kieq_device') })).statusCode,
    (await logIn(board, 'operator', 'correct horse', { 'x-forwarded-for': '192.0.2.7' })).statusCode,
    await overview(board, { ...right, 'x-forwarded-for': '2001:db8::1' }),
  ];
  expect(during).toEqual([200, 200, 200, 200]);
  const answers = await flood;
  const answered = answers.filter(({ statusCode }) => statusCode === 401);
  expect(answered.length).toBeGreaterThanOrEqual(8);
  expect(answered.length).toBeLessThan(30);
  const putOff = answers.filter(({ statusCode }) => statusCode === 429);
  expect(putOff).toHaveLength(300 - answered.length);
  expect(putOff.every(({ headers }) => Number(headers['retry-after']) >= 1)).toBe(true);
});

it('among guesses at once the right password is told no sooner than the wrong ones', async () => {
  const board = await openHurried();
  for (let i = 0; i < 8; i += 1) await logIn(board, 'operator', `guess ${i}`);
  const ended: number[] = [];
  const passwords = ['wrong', 'wrong', 'correct horse'];
  for (const password of passwords)
    void logIn(board, 'operator', password).then(({ statusCode }) => ended.push(statusCode));
  await expect.poll(() => ended).toEqual([401, 401, 200]);
});

it("a browser that is known for one user is a stranger's for another", async () => {
  const board = await openHurried();
  const cookie = cookieOfName(await logIn(board, 'guest', 'only looking'), 'kieq_device')?.split(';')[0] ?? '';
  for (let i = 0; i < 12; i += 1) await logIn(board, 'operator', 'guess', { cookie });
  const [{ statusCode }, tookMs] = await timed(() => logIn(board, 'operator', 'correct horse'));
  expect(statusCode).toBe(200);
  expect(tookMs).toBeGreaterThan(30);
});

it('what a client writes about its address counts for nothing where no proxy is trusted', async () => {
  const seen: string[] = [];
  const throttle: Throttle = {
    turn: (subjects) => {
      seen.push(...subjects.map(({ name }) => name));
      return Promise.resolve({ kind: 'answer' });
    },
  };
  const believing = await openBoard(inject('redisUrl'), { logins, throttle, trustedProxies });
  const other = await openBoard(inject('redisUrl'), { logins, throttle });
  for (const board of [believing, other])
    await logIn(board, 'operator', 'x', { 'x-forwarded-for': '9.9.9.9, 192.0.2.7' });
  expect(seen).toEqual([
    'dashboard:address:192.0.2.7',
    'dashboard:account:operator',
    'dashboard:address:127.0.0.1',
    'dashboard:account:operator',
  ]);
});

it('while Redis is away logging in works, and guesses are counted', async () => {
  const server = await startLocalRedis({});
  onTestFinished(() => server.stop());
  const redis = createConnection({ url: server.url, role: 'producer' });
  onTestFinished(() => closeConnection(redis));
  await waitUntilReady(redis);
  const board = await openBoard(inject('redisUrl'), {
    logins,
    redis,
    throttle: hurried(createThrottle({ redis, prefix: '{away}' })),
  });
  await server.stop();
  for (let i = 0; i < 9; i += 1) expect((await logIn(board, 'operator', 'guess')).statusCode).toBe(401);
  const [answer, tookMs] = await timed(() => logIn(board, 'operator', 'correct horse'));
  expect([answer.statusCode, cookieOfName(answer, 'kieq_session')]).toEqual([200, expect.any(String)]);
  expect(tookMs).toBeGreaterThan(25);
});
