import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeConnection, createConnection } from '@kieq/redis';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createSimulator, type Simulator } from '../../../simulator/src/index.ts';
import { startStack } from '../../../../examples/demo/src/stack.ts';
import { startReceiver, until } from '../../src/index.ts';

const MAIN = fileURLToPath(new URL('../../../../examples/demo/dist/start.js', import.meta.url));
const KEY = 'key-of-pnpm-start-0123456789';

interface Started {
  /** Everything it wrote. */
  output(): string;
  /** Resolves when it has written what the pattern finds. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ctrl-C; its exit code. */
  end(): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

let simulator: Simulator;
let folder: string;
beforeAll(async () => {
  simulator = createSimulator({ apiKey: KEY });
  await simulator.start();
});
afterAll(() => simulator.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kieq-start-'));
  return () => rm(folder, { recursive: true, force: true });
});

/** What a person has in `.env`. */
async function dotEnv(more: Readonly<Record<string, string>> = {}): Promise<void> {
  const values = {
    KIE_API_KEY: KEY,
    KIE_BASE_URL: simulator.url,
    GATEWAY_PORT: '0',
    DASHBOARD_PORT: '0',
    UPLOAD_STORE_URL: `file://${folder}/uploads`,
    ...more,
  };
  await writeFile(
    join(folder, '.env'),
    Object.entries(values)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
}

function pnpmStart(...flags: string[]): Started {
  const child = spawn(process.execPath, [MAIN, '--data', join(folder, 'data'), ...flags], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  let isOver = false;
  void ended.then(() => (isOver = true));
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    output: () => text,
    async wrote(pattern) {
      const found = await until(
        () => pattern.exec(text) ?? (isOver ? text : undefined),
        (one) => one !== undefined,
        60_000,
      );
      if (found === undefined || typeof found === 'string') throw new Error(`it ended: ${text}`);
      return found;
    },
    async end() {
      child.kill('SIGINT');
      return ended;
    },
    ended,
  };
}

/** The line by which everything else finds the Redis. */
async function redisOf(started: Started): Promise<string> {
  const [, url = ''] = await started.wrote(/^REDIS_URL=(\S+)$/m);
  await started.wrote(/^dashboard http/m);
  return url;
}

async function storedLimit(url: string): Promise<string | null> {
  const client = createConnection({ url, role: 'producer' });
  await new Promise((resolve) => void client.once('ready', resolve));
  const limit = await client.hget('{kieq}:ledger:config', 'submitLimit');
  await closeConnection(client);
  return limit;
}

describe('pnpm start', () => {
  test('a changed setting is reported before an app refuses to start, and changed by --apply, on the same Redis', async () => {
    await dotEnv();
    const first = pnpmStart();
    const url = await redisOf(first);
    expect(await storedLimit(url)).toBe('20');
    expect(await first.end()).toBe(0);

    await dotEnv({ KIEQ_SUBMIT_LIMIT: '7' });
    const other = pnpmStart();
    expect(await other.ended).toBe(2);
    expect(other.output()).toContain('submitLimit: the pool has 20, this environment 7');
    expect(other.output()).toContain('pnpm start --apply');
    expect(other.output()).not.toContain('worker listening');

    const applied = pnpmStart('--apply');
    // Where it was, with what it knew.
    expect(await redisOf(applied)).toBe(url);
    expect(await storedLimit(url)).toBe('7');
    expect(await applied.end()).toBe(0);
  });

  test('a worker that exits is restarted', async () => {
    await dotEnv();
    const started = pnpmStart();
    await redisOf(started);
    const [, pid = ''] = /"app":"worker","pid":(\d+)/.exec(started.output()) ?? [];
    process.kill(Number(pid), 'SIGKILL');
    await started.wrote(/^worker [12] exited \(killed by a signal\); it restarts in \d\.\d s$/m);
    await until(
      () => started.output().match(/worker listening/g)?.length ?? 0,
      (count) => count === 3,
      30_000,
    );
    expect(await started.end()).toBe(0);
  });

  test('wrong flags are a line and exit code 2', async () => {
    const started = pnpmStart('--aply');
    expect(await started.ended).toBe(2);
    expect(started.output()).toContain('--aply');
    expect(started.output()).not.toMatch(/^ {4}at /m);
  });
});

test('a webhook on this machine is called by the processes of the demo', async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.stop());
  const stack = await startStack();
  onTestFinished(() => stack.stop());
  const input = { prompt: 'a slow pan', image_urls: ['https://example.com/cat.jpg'], sound: false, duration: '5' };
  const answer = await fetch(`${stack.gatewayUrl}/api/v1/jobs/createTask`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'kling-2.6/image-to-video', input, callBackUrl: `${receiver.url}/hook` }),
  });
  expect(await answer.json()).toMatchObject({ code: 200 });
  await until(
    () => receiver.received,
    (all) => all.length > 0,
    60_000,
  );
  expect(receiver.received[0]?.headers['webhook-signature']).toMatch(/^v1,/);
});
