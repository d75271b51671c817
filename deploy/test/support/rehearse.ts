import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ROOT, read } from './files.ts';
import { readDockerfile, type Instruction } from './dockerfile.ts';

/** What `.dockerignore` keeps out. */
const IGNORED = new Set(['node_modules', 'dist', '.turbo', 'test']);

/**
 * Does what the stage `build` of the Dockerfile says, without an engine: its COPYs from the repository and its RUNs,
 * in a folder instead of the container, where `/out` is `<folder>/out`.
 * @returns the folder with the layouts of all apps
 */
export async function rehearseBuild(folder: string): Promise<string> {
  const work = join(folder, 'kieq');
  const out = join(folder, 'out');
  await mkdir(work, { recursive: true });
  const build = readDockerfile(await read('Dockerfile')).find(({ name }) => name === 'build');
  for (const instruction of build?.instructions ?? []) await follow(instruction, work, out);
  return out;
}

async function follow({ keyword, args }: Instruction, work: string, out: string): Promise<void> {
  if (keyword === 'COPY') await copy(args.split(/\s+/), work);
  if (keyword === 'RUN') await runShell(args.replaceAll('/out', out), work);
}

async function copy(paths: readonly string[], work: string): Promise<void> {
  const sources = paths.slice(0, -1);
  const target = paths.at(-1) ?? '';
  for (const source of sources) {
    const to = target.endsWith('/') ? join(work, target, basename(source)) : join(work, target);
    await mkdir(dirname(to), { recursive: true });
    await cp(join(ROOT, source), to, { recursive: true, filter: (path) => !IGNORED.has(basename(path)) });
  }
}

async function runShell(command: string, cwd: string): Promise<void> {
  const { PATH, HOME } = process.env;
  const child = spawn('sh', ['-c', command], {
    cwd,
    env: { PATH, HOME, CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => lines.push(data.toString()));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${lines.join('').slice(-3000)}`);
}
