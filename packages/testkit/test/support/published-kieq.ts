import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from '../../src/index.ts';

/** A running command of the installed package. */
export interface RunningKieq {
  /** Everything it wrote. */
  output(): string;
  /** Resolves with what the pattern finds, when it has been written. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with its exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

/**
 * Starts a command of the package that is installed in a project, as `npx` starts it there.
 * @param env the whole environment except PATH
 */
export function startKieq(
  project: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): RunningKieq {
  const child = spawn(join(project, 'node_modules/.bin/kieq'), argv, {
    cwd: project,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  let isOver = false;
  const ended = once(child, 'close').then(([code]) => {
    isOver = true;
    return typeof code === 'number' ? code : null;
  });
  return {
    output: () => text,
    async wrote(pattern) {
      const found = await until(
        () => pattern.exec(text) ?? (isOver ? text : undefined),
        (one) => one !== undefined,
        60_000,
      );
      if (typeof found === 'string') throw new Error(`it ended: ${found}`);
      return found;
    },
    end(signal) {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

/** The address in the first log line of a process. */
export async function addressOf(running: RunningKieq): Promise<string> {
  const [, url = ''] = await running.wrote(/^\{.*"(?:url|ops)":"(http[^"]+)"/m);
  return url;
}
