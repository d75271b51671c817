import { startLocalRedis } from '@kieq/local-redis';
import type { Places } from './places.ts';

export interface OpenRedis {
  readonly url: string;
  /** Where Redis comes from, for messages. */
  readonly source: string;
  stop(): Promise<void>;
}

interface RedisWish {
  readonly keep: boolean;
  /** Folder of those data. Default `.kieq/data`. */
  readonly data?: string | undefined;
  /** Default that of the environment. */
  readonly url?: string | undefined;
}

/**
 * The Redis of REDIS_URL, or a private one; with `keep` its data outlive the run. Containers are for the user to start:
 * the error has the command.
 * @throws LocalRedisError where there is none to start, with how to get one
 */
export async function openRedis(
  { cache, data }: Pick<Places, 'cache' | 'data'>,
  options: RedisWish,
): Promise<OpenRedis> {
  const given = options.url ?? process.env['REDIS_URL'];
  if (given !== undefined && given !== '') return { url: given, source: 'REDIS_URL', stop: () => Promise.resolve() };
  const dataDir = options.keep ? { dataDir: options.data ?? data } : {};
  const local = await startLocalRedis({ cacheDir: cache, sources: ['path', 'package'], appendonly: true, ...dataDir });
  const kept = options.keep ? `, its data in ${local.dataDir}` : '';
  return { url: local.url, source: `private, ${local.version} from ${local.source}${kept}`, stop: () => local.stop() };
}
