import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import type { Places } from './places.ts';

/** Thrown where nothing is started: the message says why, and what to do. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted';
}

/** `kieq` refuses without a yes. */
const WANTS_YES = 4;

const answerSchema = z.object({
  differences: z.array(z.object({ setting: z.string(), stored: z.string().nullable(), received: z.string() })),
});

/**
 * Compares the pool's settings with this environment before a worker would refuse to start, and changes them with
 * `--apply` or after a confirmation on the terminal.
 * @param env of the processes
 * @param apply changes them without a question
 * @throws NotStarted where the change was not confirmed, and where Redis does not respond
 */
export async function agree(
  { main, command }: Pick<Places, 'main' | 'command'>,
  env: Readonly<Record<string, string>>,
  apply: boolean,
): Promise<void> {
  const cli = main('cli');
  const { code, stdout, stderr } = await kieq(cli, env, ['config', 'apply', '--json'], 'pipe');
  if (code === 0) return;
  if (code !== WANTS_YES)
    throw new NotStarted(
      `The settings of the pool cannot be read: ${stderr.trim()}\nWithout REDIS_URL, here and in .env, a private Redis is started.`,
    );
  const { differences } = answerSchema.parse(JSON.parse(stdout));
  // The first worker stores the settings that a new pool or a new version does not have yet.
  const changes = differences.filter(({ stored }) => stored !== null);
  if (changes.length === 0) return;
  const canAsk = process.stdin.isTTY && process.stderr.isTTY;
  if (apply || canAsk) {
    const changed = await kieq(cli, env, ['config', 'apply', ...(apply ? ['--yes'] : [])], 'inherit');
    if (changed.code === 0) return;
  }
  const lines = changes.map(
    ({ setting, stored, received }) => `  ${setting}: the pool has ${stored}, this environment ${received}`,
  );
  throw new NotStarted(
    `The pool has other settings than this environment:\n${lines.join('\n')}\nNothing was started or changed. Make this environment the pool's: ${command} start --apply; or change the environment back.`,
  );
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function kieq(
  cli: string,
  env: Readonly<Record<string, string>>,
  argv: readonly string[],
  stdio: 'pipe' | 'inherit',
): Promise<Ended> {
  const child = spawn(process.execPath, [cli, ...argv], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: [stdio === 'pipe' ? 'ignore' : 'inherit', stdio, stdio],
  });
  const ended = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
  const [code] = await once(child, 'close');
  return { ...ended, code: typeof code === 'number' ? code : null };
}
