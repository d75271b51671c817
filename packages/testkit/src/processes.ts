import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** One line of a process's log. */
const logLine = z.looseObject({ level: z.string().optional(), msg: z.string().default('') });
export type LogLine = z.infer<typeof logLine>;

/** A real process of a built app. */
export interface AppProcess {
  readonly pid: number;
  /** The first log line; it tells the addresses. */
  readonly first: LogLine;
  /** Every log line so far. */
  readonly log: readonly LogLine[];
  /** Everything it wrote, as text. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it has ended, with its exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
  /** The first log line, past or future, that satisfies the predicate. */
  logged(is: (line: LogLine) => boolean, timeoutMs?: number): Promise<LogLine>;
}

export type AppName = 'worker' | 'dashboard' | 'simulator';

/**
 * Starts `node apps/<name>/dist/main.js` and waits for its first log line.
 * @param env the whole environment besides PATH; nothing else is inherited
 */
export async function startApp(name: AppName, env: Readonly<Record<string, string>>): Promise<AppProcess> {
  const child = spawn(process.execPath, [`apps/${name}/dist/main.js`], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watch(child, name);
}

async function watch(child: ChildProcess, name: string): Promise<AppProcess> {
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) throw new Error(`${name} could not be started`);
  const log: LogLine[] = [];
  const listeners = new Set<() => void>();
  const text: string[] = [];
  const ended = once(child, 'exit').then(([code]) => {
    for (const tell of listeners) tell();
    return typeof code === 'number' ? code : null;
  });
  createInterface({ input: stdout }).on('line', (line) => {
    text.push(line);
    const parsed = logLine.safeParse(parseJson(line));
    if (parsed.success) log.push(parsed.data);
    for (const tell of listeners) tell();
  });
  stderr.on('data', (chunk: Buffer) => text.push(chunk.toString()));

  const logged = (is: (line: LogLine) => boolean, timeoutMs = 20_000): Promise<LogLine> =>
    new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        listeners.delete(look);
      };
      const look = (): void => {
        const found = log.find(is);
        if (found !== undefined) resolve(found);
        else if (child.exitCode !== null) reject(new Error(`${name} ended with ${child.exitCode}: ${text.join('\n')}`));
        else return;
        done();
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`${name} logged nothing of the kind in ${timeoutMs} ms: ${text.slice(-20).join('\n')}`));
      }, timeoutMs);
      listeners.add(look);
      look();
    });
  const first = await logged(() => true).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return { pid, first, log, output: () => text.join('\n'), signal: (signal) => child.kill(signal), ended, logged };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
