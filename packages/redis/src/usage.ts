import { Cluster, type Redis } from 'ioredis';
import { z } from 'zod';
import type { RedisClient } from './connection.ts';
import { parseInfo } from './server-info.ts';

/** The memory use of a server, and whether it still writes to disk. Of a Cluster: those of the fullest primary. */
export interface RedisUsage {
  readonly usedBytes: number;
  /** `maxmemory`; 0: the server sets no limit. */
  readonly limitBytes: number;
  /** The last append, rewrite or snapshot failed: new writes may not survive a crash. */
  readonly isPersistenceFailing: boolean;
}

const status = z.enum(['ok', 'err']).default('ok');
const usageFields = z.object({
  used_memory: z.coerce.number(),
  maxmemory: z.coerce.number().default(0),
  rdb_last_bgsave_status: status,
  aof_last_bgrewrite_status: status,
  aof_last_write_status: status,
});

/** Reads INFO (the sections memory and persistence), two cheap commands for each primary. */
export async function readUsage(client: RedisClient): Promise<RedisUsage> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  const usages = await Promise.all(nodes.map(usageOf));
  const [fullest] = usages.toSorted((one, other) => fullness(other) - fullness(one));
  if (fullest === undefined) throw new Error('the Cluster has no primaries');
  return { ...fullest, isPersistenceFailing: usages.some(({ isPersistenceFailing }) => isPersistenceFailing) };
}

async function usageOf(node: Redis): Promise<RedisUsage> {
  const sections = await Promise.all([node.info('memory'), node.info('persistence')]);
  return parseUsage(sections.join('\n'));
}

/**
 * Reads memory and persistence from a reply to INFO.
 * @throws ZodError when it lacks the memory in use
 */
export function parseUsage(text: string): RedisUsage {
  const info = usageFields.parse(parseInfo(text));
  const failing = [info.rdb_last_bgsave_status, info.aof_last_bgrewrite_status, info.aof_last_write_status];
  return {
    usedBytes: info.used_memory,
    limitBytes: info.maxmemory,
    isPersistenceFailing: failing.includes('err'),
  };
}

function fullness({ usedBytes, limitBytes }: RedisUsage): number {
  return limitBytes === 0 ? usedBytes / Number.MAX_SAFE_INTEGER : usedBytes / limitBytes;
}
