import { availableParallelism, arch, loadavg, platform, totalmem } from 'node:os';
import { closeConnection, createConnection, preflight } from '@kieq/redis';

const GIB = 1024 ** 3;

/** Processes that ran or waited to run, over the last minute. */
export function presentLoad(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2));
}

/** What a figure depends on, in a line; `redisUrl` undefined: the bench used none. */
export async function describeMachine(redisUrl: string | undefined): Promise<string> {
  const memory = `${Math.round(totalmem() / GIB)} GiB`;
  const base = [`${availableParallelism()} cores (${platform()}-${arch()})`, memory, `Node ${process.versions.node}`];
  if (redisUrl === undefined) return base.join(', ');
  const redis = createConnection({ url: redisUrl, role: 'worker' });
  try {
    return [...base, await redisVersion(redis), 'everything on loopback'].join(', ');
  } finally {
    await closeConnection(redis);
  }
}

async function redisVersion(redis: ReturnType<typeof createConnection>): Promise<string> {
  const { servers } = await preflight(redis);
  return servers.map(({ flavour, version }) => `${flavour === 'redis' ? 'Redis' : 'Valkey'} ${version}`).join(', ');
}
