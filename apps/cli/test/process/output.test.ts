import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, inject, it, onTestFinished } from 'vitest';
import { uniquePrefix } from '../../../../packages/testkit/src/index.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let env: NodeJS.ProcessEnv;
beforeEach(() => {
  env = { PATH: process.env['PATH'], REDIS_URL: inject('redisUrl'), KIEQ_PREFIX: uniquePrefix('cli-output') };
});

function shell(command: string): ChildProcess {
  const child = spawn('sh', ['-c', command], {
    env: { ...env, NODE: process.execPath, MAIN: main },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

it.each(['list', 'list --json', 'status'])(
  'an output that is full is a line and exit code 5, and no stack: %s',
  async (command) => {
    const child = shell(`"$NODE" "$MAIN" ${command} > /dev/full`);
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    expect(await once(child, 'close')).toEqual([5, null]);
    expect(text).toMatch(/^kieq: the output could not be written: no space left \(ENOSPC\)\. .*\n$/);
  },
);

it('an unwritable standard error ends nothing: the exit code is that of the command', async () => {
  const child = shell('"$NODE" "$MAIN" show gen_0000000000 2> /dev/full');
  expect(await once(child, 'close')).toEqual([3, null]);
});

it('a reader that has seen enough ends an endless command, quietly', async () => {
  const child = spawn(process.execPath, [main, 'watch', '--every', '1'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(createInterface({ input: child.stdout }), 'line');
  child.stdout.destroy();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(text).toBe('');
});
