import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { startMain, type AppName, type AppProcess } from '../processes.ts';

const START_TIMEOUT_MS = 60_000;
const COMMAND_TIMEOUT_MS = 60_000;

type Environment = Readonly<Record<string, string>>;

/** One version, built. */
export interface Build {
  readonly name: 'old' | 'new';
  readonly root: string;
  readonly version: string;
}

/** What a command of `kieq` has done. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a process of that version and waits until it listens. */
export async function start({ name, root }: Build, app: AppName, env: Environment): Promise<AppProcess> {
  const main = join(root, `apps/${app}/dist/main.js`);
  const started = await startMain(`${name} ${app}`, main, { cwd: root, env }, { startTimeoutMs: START_TIMEOUT_MS });
  // Warnings may come first.
  const first = await started.logged(({ msg }) => msg.endsWith(' listening'), START_TIMEOUT_MS);
  return { ...started, first };
}

/** Runs `kieq` of that version. */
export function kieq({ root }: Build, env: Environment, ...args: string[]): Promise<Ran> {
  const main = join(root, 'apps/cli/dist/main.js');
  const options = { cwd: root, env: { PATH: process.env['PATH'], ...env }, timeout: COMMAND_TIMEOUT_MS };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
