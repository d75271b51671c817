import { dockerServer } from './docker-server.ts';
import { LocalRedisError } from './errors.ts';
import { packageServer } from './package-server.ts';
import { pathServer } from './path-server.ts';
import { adviceForThisMachine } from './machine.js';
import { SERVER_SOURCES, type ServerFloor, type ServerProgram, type ServerSource } from './server-program.ts';
import { DEFAULT_FLOOR } from './server-version.js';

export interface FindServerOptions {
  /** Folder for downloads; the server is unpacked below `<cacheDir>/redis`. */
  readonly cacheDir: string;
  /** Which sources to try. Default all, in the order PATH, distribution's package, Docker. */
  readonly sources?: readonly ServerSource[];
  /** The oldest accepted version; not checked for a container. Default 7.0. */
  readonly atLeast?: ServerFloor;
  /** Environment of the programs that are searched and started; PATH matters. Default: the process's own. */
  readonly env?: NodeJS.ProcessEnv;
}

/** @throws LocalRedisError `local_redis_unavailable`, listing why each source failed and what to install */
export async function findServer(options: FindServerOptions): Promise<ServerProgram> {
  const { cacheDir, sources = SERVER_SOURCES, atLeast = DEFAULT_FLOOR, env = process.env } = options;
  const finders: Record<ServerSource, () => Promise<ServerProgram>> = {
    path: () => pathServer(env, atLeast),
    package: () => packageServer({ cacheDir, env, floor: atLeast }),
    docker: () => dockerServer(env),
  };
  const failures: string[] = [];
  for (const source of sources) {
    try {
      return await finders[source]();
    } catch (error) {
      failures.push(`  ${source}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new LocalRedisError('local_redis_unavailable', explain(failures, env));
}

function explain(failures: readonly string[], env: NodeJS.ProcessEnv): string {
  const tried = failures.map((failure) => failure.split('\n', 1)[0] ?? '');
  return ['There is no Redis to start. Tried:', ...tried, 'How to get one:', ...indented(env)].join('\n');
}

function indented(env: NodeJS.ProcessEnv): string[] {
  return adviceForThisMachine(env).map((line) => `  ${line}`);
}
