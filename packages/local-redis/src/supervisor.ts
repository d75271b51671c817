import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/**
 * A shell between this process and the server, in its own session. It holds the reading end of a pipe whose writing end
 * only this process has: when the process ends, in any way, the pipe closes and the shell ends the server (SIGTERM,
 * after 5 s SIGKILL) and, if requested, removes its folder. It prints the server's pid. Arguments: folder, yes|no,
 * command.
 */
const SCRIPT = `
dir=$1; remove=$2; shift 2
exec 3<&0
"$@" 3<&- </dev/null >>"$dir/server.log" 2>&1 &
server=$!
echo "$server"
exec >/dev/null 2>&1
(
  while read -r _ <&3; do :; done
  : >"$dir/.orphaned"
  tries=0
  while kill -TERM "$server" && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL "$server"
) &
watcher=$!
wait "$server"
status=$?
kill "$watcher"
if [ -e "$dir/.orphaned" ]; then
  rm -f "$dir/.orphaned"
  if [ "$remove" = yes ]; then rm -rf "$dir"; fi
fi
exit "$status"
`;

export interface SupervisorOptions {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  /** Whether the folder is removed when this process ends without stopping the server. */
  readonly removeDataDir: boolean;
}

/** A running server under its supervisor. */
export interface Supervised {
  /** The server's process; the Docker client's where the server runs in a container. */
  readonly pid: number;
  readonly logFile: string;
  /** Whether the server has ended. */
  ended(): boolean;
  /** Sends the signal to the server and waits until it is gone. Without effect when it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Starts the command; returns as soon as its pid is known, possibly before the server works. */
export async function supervise(options: SupervisorOptions): Promise<Supervised> {
  const { command, env, dataDir, removeDataDir } = options;
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'kieq-redis', dataDir, removeDataDir ? 'yes' : 'no', ...command], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env,
    detached: true,
  });
  const exit = once(child, 'exit');
  exit.catch(() => undefined);
  const pid = await firstLine(child.stdout);
  release(child);
  return { pid, logFile: join(dataDir, 'server.log'), ...lifeOf(child, pid, exit) };
}

function lifeOf(child: ChildProcess, pid: number, exit: Promise<unknown>): Pick<Supervised, 'ended' | 'end'> {
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (ended()) return;
    child.ref();
    signalIfAlive(pid, signal);
    // Redis refuses to end while it writes its first append-only file, so the signal is repeated.
    const insistence = setInterval(() => signalIfAlive(pid, signal), 250);
    const impatience = setTimeout(() => signalIfAlive(pid, 'SIGKILL'), 10_000);
    await exit;
    clearInterval(insistence);
    clearTimeout(impatience);
  };
  return { ended, end };
}

async function firstLine(stream: Readable): Promise<number> {
  const lines = createInterface({ input: stream });
  for await (const line of lines) return Number(line);
  throw new Error('the supervisor of the local Redis printed no pid');
}

/** The server must not keep this process alive: it ends with the process. */
function release(child: ChildProcess): void {
  child.unref();
  child.stdout?.destroy();
  const stdin: unknown = child.stdin;
  if (typeof stdin === 'object' && stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function')
    stdin.unref();
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The server has just ended.
  }
}
