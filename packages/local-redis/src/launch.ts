import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataDir } from './data-dir.ts';
import { LocalRedisError } from './errors.ts';
import { answersPing, freePort } from './ping.ts';
import type { ServerProgram } from './server-program.ts';
import { supervise, type Supervised } from './supervisor.ts';

const PORT_TRIES = 5;

export interface LaunchInput {
  readonly program: ServerProgram;
  readonly dataDir: DataDir;
  readonly settings: readonly (readonly [string, string])[];
  readonly sentinelFile?: string | undefined;
  readonly startTimeoutMs: number;
  /** Tried first. */
  readonly preferredPort?: number | undefined;
}

export interface Launched {
  readonly port: number;
  readonly server: Supervised;
}

/**
 * Starts the server on the preferred port, else on a free one; another process may take a port between choice and use,
 * so it tries again.
 */
export async function launchAnywhere(input: LaunchInput): Promise<Launched> {
  for (let tries = 1; ; tries += 1) {
    const port = (tries === 1 ? input.preferredPort : undefined) ?? (await freePort());
    try {
      return { port, server: await launch(input, port) };
    } catch (error) {
      const taken =
        error instanceof Error && /address (is )?already (in use|allocated)|port is already/i.test(error.message);
      if (!taken || tries === PORT_TRIES) throw error;
    }
  }
}

/**
 * Starts the server on this port and waits until it responds to PING.
 * @throws LocalRedisError `local_redis_start_failed` with the end of the server's log
 */
export async function launch(
  { program, dataDir, settings, sentinelFile, startTimeoutMs }: LaunchInput,
  port: number,
): Promise<Supervised> {
  const command = program.command({ port, dataDir: dataDir.path, settings, sentinelFile });
  const server = await supervise({
    command,
    env: program.env,
    dataDir: dataDir.path,
    removeDataDir: dataDir.temporary,
  });
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answersPing(port))) {
    if (server.ended() || Date.now() > deadline) throw await startFailure(program, server);
    await sleep(20);
  }
  // Another server may have responded on the port while this one failed to take it.
  if (server.ended()) throw await startFailure(program, server);
  await dataDir.recordOwner({ pid: server.pid, port });
  return server;
}

async function startFailure(program: ServerProgram, server: Supervised): Promise<LocalRedisError> {
  const how = server.ended() ? 'ended at once' : 'did not respond to PING in time';
  await server.end('SIGTERM');
  const log = await readFile(server.logFile, 'utf8').catch(() => '');
  const tail = log.trim().split('\n').slice(-8).join('\n');
  return new LocalRedisError('local_redis_start_failed', `${program.version} (${program.source}) ${how}:\n${tail}`);
}
