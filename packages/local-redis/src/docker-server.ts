import { randomUUID } from 'node:crypto';
import { run } from './run.ts';
import { settingArguments, type CommandInput, type ServerProgram } from './server-program.ts';

const IMAGE = 'redis:7-alpine';

/**
 * A container, if the Docker engine responds. It runs attached, so that the client passes SIGTERM on to the server and
 * ends with it; the data folder is mounted, so that a restart finds its data.
 * @throws Error when there is no Docker or its engine does not respond within 10 s
 */
export async function dockerServer(env: NodeJS.ProcessEnv): Promise<ServerProgram> {
  await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs: 10_000, env });
  return { source: 'docker', version: IMAGE, env, command: (input) => containerCommand(input) };
}

function containerCommand({ port, dataDir, settings, sentinelFile }: CommandInput): string[] {
  // A Sentinel in a container would see its servers at addresses that have no meaning outside of Docker.
  if (sentinelFile !== undefined) throw new Error('a Sentinel needs redis-server on this machine');
  const user = process.getuid === undefined ? [] : ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`];
  const container = ['--name', `kieq-redis-${randomUUID().slice(0, 8)}`, ...user];
  const mounts = ['-p', `127.0.0.1:${port}:6379`, '-v', `${dataDir}:/data`];
  const server = ['redis-server', '--dir', '/data', '--protected-mode', 'no', ...settingArguments(settings)];
  return ['docker', 'run', '--rm', ...container, ...mounts, IMAGE, ...server];
}
