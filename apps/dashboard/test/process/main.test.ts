import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { posterName } from '@kieq/archive';
import { startPool, uniquePrefix } from '../../../../packages/testkit/src/index.ts';
import { expect, inject, it, onTestFinished } from 'vitest';
import { basic } from '../support.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

function start(environment: Record<string, string>): ChildProcess {
  const env = { PATH: process.env['PATH'], KIEQ_PREFIX: uniquePrefix('board'), DASHBOARD_PORT: '0', ...environment };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function firstLine(child: ChildProcess): Promise<{ readonly url: string }> {
  if (child.stdout === null) throw new Error('no stdout');
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`ended with ${code} before its first line`)),
  );
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  ended.catch(() => undefined);
  return JSON.parse(String(line));
}

async function refusal(environment: Record<string, string>): Promise<string> {
  const child = start(environment);
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  expect(await once(child, 'close')).toEqual([2, null]);
  return text;
}

// @guarantee G8
it.each(['SIGTERM', 'SIGINT'] as const)('prints its address first, serves, and ends on %s', async (signal) => {
  const child = start({ REDIS_URL: inject('redisUrl') });
  const line = await firstLine(child);
  expect(line).toMatchObject({ app: 'dashboard', msg: 'dashboard listening', login: false });
  expect(line).toHaveProperty('door', expect.stringContaining('behind any proxy'));
  expect(await (await fetch(`${line.url}/healthz`)).json()).toEqual({ status: 'ok' });
  const queues = await (await fetch(`${line.url}/queues/api/queues`)).json();
  expect(queues).toMatchObject({
    queues: [{ name: 'submit' }, { name: 'poll' }, { name: 'archive' }, { name: 'notify' }, { name: 'dead-letter' }],
  });
  const exited = once(child, 'exit');
  child.kill(signal);
  expect(await exited).toEqual([0, null]);
});

it('shows posters out of ARCHIVE_URL', async () => {
  const pool = await startPool({ redisUrl: inject('redisUrl'), name: 'board', worker: { archiveMode: 'wait' } });
  onTestFinished(() => pool.stop());
  const [id = ''] = await pool.enqueue('a boat');
  const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const draft = await pool.archiveStore.create(
    posterName(record.archiving?.files[0]?.name ?? ''),
    'image/jpeg',
    'test',
  );
  await draft.write(Buffer.from('a picture'));
  await draft.commit();
  const child = start({
    REDIS_URL: inject('redisUrl'),
    KIEQ_PREFIX: pool.redis.prefix,
    ARCHIVE_URL: pathToFileURL(pool.archiveFolder).href,
  });
  const { url } = await firstLine(child);
  expect(await (await fetch(`${url}/api/generations/${id}/posters/1`)).text()).toBe('a picture');
});

it('refuses to listen beyond loopback without a password', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.7.7', 'board.example']) {
    expect(await refusal({ REDIS_URL: inject('redisUrl'), DASHBOARD_HOST: host })).toContain('DASHBOARD_PASSWORD');
  }
});

it('refuses half a login', async () => {
  expect(await refusal({ REDIS_URL: inject('redisUrl'), DASHBOARD_USER: 'operator' })).toContain(
    'DASHBOARD_PASSWORD is required',
  );
  const text = await refusal({ REDIS_URL: inject('redisUrl'), DASHBOARD_PASSWORD: 'correct-horse' });
  expect(text).toContain('DASHBOARD_USER is required');
  expect(text).not.toContain('correct-horse');
});

// @guarantee G7
it('listens beyond loopback with a password, which no log line shows', async () => {
  const child = start({
    REDIS_URL: inject('redisUrl'),
    DASHBOARD_HOST: '0.0.0.0',
    DASHBOARD_USER: 'operator',
    DASHBOARD_PASSWORD: 'correct-horse',
  });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const url = (await firstLine(child)).url.replace('0.0.0.0', '127.0.0.1');
  expect((await fetch(url)).status).toBe(401);
  expect((await fetch(`${url}/correct-horse`, { headers: { authorization: basic('operator', 'no') } })).status).toBe(
    401,
  );
  expect((await fetch(url, { headers: { authorization: basic('operator', 'correct-horse') } })).status).toBe(200);
  child.kill('SIGTERM');
  await once(child, 'close');
  expect(text).toContain('a login was refused');
  expect(text).not.toContain('correct-horse');
});

it('refuses to start without Redis, and on a taken port, and says so', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = String(typeof address === 'object' ? address?.port : '');
  expect(await refusal({ REDIS_URL: inject('redisUrl'), DASHBOARD_PORT: port })).toContain('DASHBOARD_PORT');
  expect(await refusal({})).toContain('REDIS_URL is required');
  expect(await refusal({ REDIS_URL: 'redis://user:hunter2@127.0.0.1:1', KIEQ_REDIS_WAIT_MS: '100' })).toMatch(
    /Redis at redis:\/\/user:\*\*\*@127.0.0.1:1 cannot be used/,
  );
});
