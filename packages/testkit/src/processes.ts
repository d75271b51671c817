import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** One line of a process's log. */
const logLine = z.looseObject({ level: z.string().optional(), msg: z.string().default('') });
export type LogLine = z.infer<typeof logLine>;

/** Lines of output kept for error messages when the rest is passed on. */
const TAIL_LINES = 50;

export interface StartOptions {
  /**
   * Is handed every line as it comes. The process's output is then not collected: only the first log line and the last
   * 50 lines are kept. Default: everything is kept.
   */
  readonly forward?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Working directory. Default: the root of the repository. */
  readonly cwd?: string;
  /** How long its first log line may take, in ms. Default 20 000. */
  readonly startTimeoutMs?: number;
}

/** A real process of a built app. */
export interface AppProcess {
  readonly pid: number;
  /** The first log line; it has the addresses. */
  readonly first: LogLine;
  /** Every log line so far; with `forward` the first one only. */
  readonly log: readonly LogLine[];
  /** Everything it wrote, as text; with `forward` the last lines. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it has ended and all it wrote was read, with its exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
  /** The first line of `log`, past or future, that satisfies the predicate. */
  logged(is: (line: LogLine) => boolean, timeoutMs?: number): Promise<LogLine>;
}

export type AppName = 'worker' | 'gateway' | 'dashboard' | 'simulator';

/**
 * Starts `node apps/<name>/dist/main.js` and waits for its first log line.
 * @param env the whole environment except PATH; nothing else is inherited
 */
export async function startApp(
  name: AppName,
  env: Readonly<Record<string, string>>,
  options: StartOptions = {},
): Promise<AppProcess> {
  return startMain(name, join(ROOT, `apps/${name}/dist/main.js`), { cwd: options.cwd ?? ROOT, env }, options);
}

export interface Surroundings {
  readonly cwd: string;
  /** The whole environment except PATH; nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** As another user; only root may. */
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Starts `node <main>`, wherever it lies, and waits for its first log line.
 * @param name for error messages
 */
export async function startMain(
  name: string,
  main: string,
  { env, ...place }: Surroundings,
  options: StartOptions = {},
): Promise<AppProcess> {
  const child = spawn(process.execPath, [main], {
    ...place,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watch(child, name, options);
}

const running = new Set<ChildProcess>();

function killRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** A process that exits without having stopped what it started must leave nothing behind. */
function endWithUs(child: ChildProcess): void {
  if (running.size === 0) process.once('exit', killRunning);
  running.add(child);
  child.once('exit', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', killRunning);
  });
}

async function watch(child: ChildProcess, name: string, options: StartOptions): Promise<AppProcess> {
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) throw new Error(`${name} could not be started`);
  endWithUs(child);
  const written = new Written(name, options);
  createInterface({ input: stdout }).on('line', (line) => written.take(line, 'stdout'));
  createInterface({ input: stderr }).on('line', (line) => written.take(line, 'stderr'));
  const ended = once(child, 'close').then(([code]) => {
    const exitCode = typeof code === 'number' ? code : null;
    written.end(exitCode);
    return exitCode;
  });
  const logged: AppProcess['logged'] = (is, timeoutMs) => written.logged(is, timeoutMs);
  const first = await logged(() => true, options.startTimeoutMs).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    pid,
    first,
    log: written.log,
    output: () => written.output(),
    signal: (signal) => child.kill(signal),
    ended,
    logged,
  };
}

/** What a process has written, as far as it is kept. */
class Written {
  readonly log: LogLine[] = [];
  readonly #text: string[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #name: string;
  readonly #forward: StartOptions['forward'];
  /** How the process ended; undefined while it runs. */
  #exitCode: number | null | undefined;

  constructor(name: string, { forward }: StartOptions) {
    this.#name = name;
    this.#forward = forward;
  }

  take(line: string, stream: 'stdout' | 'stderr'): void {
    this.#text.push(line);
    if (this.#forward !== undefined && this.#text.length > TAIL_LINES) this.#text.shift();
    if (stream === 'stdout' && (this.#forward === undefined || this.log.length === 0)) this.#record(line);
    this.#forward?.(line, stream);
  }

  end(exitCode: number | null): void {
    this.#exitCode = exitCode;
    for (const notify of this.#listeners) notify();
  }

  output(): string {
    return this.#text.join('\n');
  }

  logged(is: (line: LogLine) => boolean, timeoutMs = 20_000): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(poll);
      };
      const poll = (): void => {
        const found = this.log.find(is);
        if (found !== undefined) resolve(found);
        else if (this.#exitCode === undefined) return;
        else reject(new Error(`${this.#name} ended with ${this.#exitCode ?? 'a signal'}: ${this.output()}`));
        done();
      };
      const timer = setTimeout(() => {
        done();
        const last = this.#text.slice(-20).join('\n');
        reject(new Error(`${this.#name} logged nothing of the kind in ${timeoutMs} ms: ${last}`));
      }, timeoutMs);
      this.#listeners.add(poll);
      poll();
    });
  }

  #record(line: string): void {
    const parsed = logLine.safeParse(parseJson(line));
    if (!parsed.success) return;
    this.log.push(parsed.data);
    for (const notify of this.#listeners) notify();
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
