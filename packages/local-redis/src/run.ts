import { execFile } from 'node:child_process';

export interface RunOptions {
  /** Ends the program after this many ms. Default 20 000. */
  readonly timeoutMs?: number;
  /** The program's whole environment. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A program that could not be started, failed, or took too long. */
class RunError extends Error {
  override readonly name = 'RunError';
}

/**
 * Runs a program without a shell and returns what it printed.
 * @throws RunError with the last lines of its stderr
 */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { timeoutMs = 20_000, env = process.env, cwd } = options;
  return new Promise((resolve, reject) => {
    const settings = { timeout: timeoutMs, env, cwd, maxBuffer: 16 * 1024 * 1024, encoding: 'utf8' as const };
    const child = execFile(file, [...args], settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new RunError(`${file} ${args[0] ?? ''}: ${lastLines(stderr) || error.message}`));
    });
    child.stdin?.end();
  });
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ');
}
