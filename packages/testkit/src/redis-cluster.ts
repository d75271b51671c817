import { fileURLToPath } from 'node:url';
import { startLocalRedis, type LocalRedis } from '@kieq/local-redis';
import { freePort } from './free-port.ts';
import { callRedis } from './redis-calls.ts';
import { until } from './until.ts';

const CACHE_DIR = fileURLToPath(new URL('../../../.kieq', import.meta.url));
const SLOTS = 16_384;

/** A Redis Cluster on this machine, every node of which is a primary and keeps its data over a restart. */
export interface RedisCluster {
  /** `redis+cluster://…` */
  readonly url: string;
  readonly nodes: readonly LocalRedis[];
  stop(): Promise<void>;
}

interface Node {
  readonly server: LocalRedis;
  readonly busPort: number;
}

/**
 * Starts this many primaries and distributes the hash slots among them.
 * @param count default 3
 * @throws where Redis runs in Docker: its nodes would not reach each other
 */
export async function startRedisCluster(count = 3): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: count }, startNode));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map(({ server }) => server.stop()));
  };
  try {
    await joinUp(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const hosts = nodes.map(({ server }) => `127.0.0.1:${server.port}`).join(',');
  return { url: `redis+cluster://${hosts}`, nodes: nodes.map(({ server }) => server), stop };
}

async function startNode(): Promise<Node> {
  // The default is 10 000 above the other one, which may not exist.
  const busPort = await freePort();
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-port': String(busPort),
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': '2000',
  };
  return { server: await startLocalRedis({ cacheDir: CACHE_DIR, appendonly: true, settings }), busPort };
}

async function joinUp(nodes: readonly Node[]): Promise<void> {
  const share = Math.ceil(SLOTS / nodes.length);
  await Promise.all(
    nodes.map((node, i) =>
      callRedis(node.server, async (call) => {
        await call('CLUSTER', 'ADDSLOTSRANGE', i * share, Math.min(SLOTS, (i + 1) * share) - 1);
        for (const { server, busPort } of nodes) await call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort);
        await until(
          async () => String(await call('CLUSTER', 'INFO')),
          (info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`),
          30_000,
        );
      }),
    ),
  );
}
