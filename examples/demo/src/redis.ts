import { join } from 'node:path';
import { startLocalRedis } from '@kieq/local-redis';
import { CACHE_DIR } from './places.ts';

export interface OpenRedis {
  readonly url: string;
  /** Where Redis comes from, for messages. */
  readonly source: string;
  stop(): Promise<void>;
}

/** The Redis of REDIS_URL, or a private one; with `keep` its data outlive the run. */
export async function openRedis(options: {
  readonly keep: boolean;
  /** Folder of those data. Default `.kieq/data`. */
  readonly data?: string | undefined;
  /** Default that of the environment. */
  readonly url?: string | undefined;
}): Promise<OpenRedis> {
  const given = options.url ?? process.env['REDIS_URL'];
  if (given !== undefined && given !== '') return { url: given, source: 'REDIS_URL', stop: () => Promise.resolve() };
  const dataDir = options.keep ? { dataDir: options.data ?? join(CACHE_DIR, 'data') } : {};
  const local = await startLocalRedis({ cacheDir: CACHE_DIR, appendonly: true, ...dataDir });
  const kept = options.keep ? `, its data in ${local.dataDir}` : '';
  return { url: local.url, source: `private, ${local.version} from ${local.source}${kept}`, stop: () => local.stop() };
}
