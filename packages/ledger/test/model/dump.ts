import { canonicalJson } from '@kieq/domain';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/** Reads every key of a pool in one atomic read. */
const SCRIPT = `
local readers = {
  string = function(name) return redis.call('GET', name) end,
  hash = function(name) return redis.call('HGETALL', name) end,
  list = function(name) return redis.call('LRANGE', name, 0, -1) end,
  set = function(name) return redis.call('SMEMBERS', name) end,
  zset = function(name) return redis.call('ZRANGE', name, 0, -1, 'WITHSCORES') end,
  stream = function(name)
    local entries = {}
    for i, entry in ipairs(redis.call('XRANGE', name, '-', '+')) do entries[i] = entry[2] end
    return entries
  end,
}
local out = {}
for _, name in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local kind = redis.call('TYPE', name).ok
  out[#out + 1] = { string.sub(name, #ARGV[1] + 1), kind, redis.call('PTTL', name) > 0, readers[kind](name) }
end
return cjson.encode(out)`;

const rowSchema = z.tuple([
  z.string(),
  z.enum(['string', 'hash', 'list', 'set', 'zset', 'stream']),
  z.boolean(),
  z.union([z.string(), z.array(z.union([z.string(), z.array(z.string())]))]),
]);
const rowsSchema = z.union([z.array(rowSchema), z.object({}).transform((): z.infer<typeof rowSchema>[] => [])]);

/** All keys of a pool by their name below its root. Hashes and sorted sets as objects, everything else as it is. */
export type Dump = Readonly<Record<string, DumpedKey>>;
interface DumpedKey {
  readonly kind: string;
  /** Whether it has a lifetime of its own; how much of it is left depends on the real clock. */
  readonly expires: boolean;
  readonly value: unknown;
}

/** @param root key root of the ledger; must hold no characters that Redis' KEYS takes for a pattern */
export async function dump(redis: Redis, root: string): Promise<Dump> {
  return read(z.string().parse(await redis.eval(SCRIPT, 0, root)));
}

/** Dumps one pool again and again; as long as nothing has changed it gives back the very same object. */
export function dumper(redis: Redis, root: string): () => Promise<Dump> {
  let last = { json: '', keys: {} };
  return async () => {
    const json = z.string().parse(await redis.eval(SCRIPT, 0, root));
    if (json !== last.json) last = { json, keys: read(json) };
    return last.keys;
  };
}

function read(json: string): Dump {
  const rows = rowsSchema.parse(JSON.parse(json));
  const keys = rows.map(
    ([name, kind, expires, value]) => [name, { kind, expires, value: shaped(kind, value) }] as const,
  );
  return Object.fromEntries(keys.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function shaped(kind: string, value: string | (string | string[])[]): unknown {
  if (typeof value === 'string') return value;
  if (kind === 'set') return value.map(String).toSorted();
  return kind === 'hash' || kind === 'zset' ? paired(value.map(String)) : value;
}

function paired(flat: readonly string[]): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([flat[i] ?? '', ordered(flat[i + 1] ?? '')]);
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON with its fields in order: Lua writes those of an object in any. */
function ordered(text: string): string {
  return text.startsWith('{') ? canonicalJson(JSON.parse(text)) : text;
}
