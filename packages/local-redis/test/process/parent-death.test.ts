import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { expect, test, vi } from 'vitest';
import { isAlive } from '../is-alive.ts';

/** The built package: only another process can be killed. */
const PARENT = `
  import { startLocalRedis } from '@kieq/local-redis';
  const { pid, dataDir } = await startLocalRedis({ appendonly: process.argv[1] === 'aof', cacheDir: process.argv[2] });
  console.log(JSON.stringify({ pid, dataDir }));
  setInterval(() => {}, 1000);
`;
const packageFolder = new URL('../..', import.meta.url);
const cacheDir = new URL('../../../../.kieq', import.meta.url).pathname;

test.each([
  ['SIGKILL', 'aof', false],
  ['SIGKILL', 'memory', true],
  ['SIGTERM', 'memory', false],
] as const)(
  'a server ends when its parent is ended by %s (%s, server frozen: %s), and leaves nothing',
  async (signal, mode, frozen) => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT, mode, cacheDir], {
      cwd: packageFolder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: parent.stdout }), 'line');
    const { pid, dataDir } = JSON.parse(String(line)) as { pid: number; dataDir: string };
    expect(isAlive(pid)).toBe(true);
    if (frozen) process.kill(pid, 'SIGSTOP');
    parent.kill(signal);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000, interval: 50 });
    await vi.waitFor(() => expect(access(dataDir)).rejects.toThrow(/ENOENT/), { timeout: 20_000, interval: 50 });
  },
);

test('a parent that has nothing else to do is not kept alive by its server', async () => {
  const parent = spawn(
    process.execPath,
    ['--input-type=module', '-e', PARENT.replace(/setInterval.*/, ''), 'memory', cacheDir],
    {
      cwd: packageFolder,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = await once(createInterface({ input: parent.stdout }), 'line');
  const { pid } = JSON.parse(String(line)) as { pid: number };
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000, interval: 50 });
});
