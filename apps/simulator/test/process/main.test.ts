import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

function start(args: string[], environment: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

interface Line {
  readonly url: string;
}

async function firstLine(child: ChildProcess): Promise<Line> {
  if (child.stdout === null) throw new Error('no stdout');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(String(line));
}

it('prints its address first, serves, and stops on SIGTERM', async () => {
  const child = start(['--rate-limit', 'none'], { SIM_CREATE_LATENCY_MS: '0' });
  const line = await firstLine(child);
  expect(line).toMatchObject({ msg: 'listening', app: 'simulator', control: true });
  const credit = await fetch(`${line.url}/api/v1/chat/credit`);
  expect(await credit.json()).toEqual({ code: 200, msg: 'success', data: 1_000_000 });
  expect((await fetch(`${line.url}/__sim/summary`)).status).toBe(200);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

it('exits with 2 and every problem when settings are wrong', async () => {
  const child = start(['--fail-rate', '7'], { SIM_PORT: 'x' });
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  expect(await once(child, 'close')).toEqual([2, null]);
  for (const name of ['SIM_FAIL_RATE', 'SIM_PORT']) expect(text).toContain(name);
});

it.each([
  [
    'a taken port',
    (port: number) => ['--port', String(port)],
    /cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*SIM_PORT/,
  ],
  ['an unknown flag', () => ['--rate-limits', '1'], /--rate-limits/],
])('exits with 2 and a line for %s, and no stack', async (_what, args, expected) => {
  const taken = createServer();
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const address = taken.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const child = start(args(address.port));
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(text).toMatch(expected);
  expect(text).not.toMatch(/^ {4}at /m);
});
