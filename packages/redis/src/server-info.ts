import { z } from 'zod';

/** The facts about a server that preflight needs. */
export interface ServerFacts {
  readonly flavour: 'redis' | 'valkey';
  /** Such as `7.0.15`. */
  readonly version: string;
  /** Undefined when the server does not report it. */
  readonly maxmemoryPolicy: string | undefined;
  readonly aofEnabled: boolean | undefined;
}

const Info = z
  .object({
    redis_version: z.string().min(1),
    valkey_version: z.string().min(1).optional(),
    server_name: z.string().optional(),
    maxmemory_policy: z.string().min(1).optional(),
    aof_enabled: z.enum(['0', '1']).optional(),
  })
  .transform((info): ServerFacts => ({
    flavour: info.server_name === 'valkey' || info.valkey_version !== undefined ? 'valkey' : 'redis',
    version: info.valkey_version ?? info.redis_version,
    maxmemoryPolicy: info.maxmemory_policy,
    aofEnabled: info.aof_enabled === undefined ? undefined : info.aof_enabled === '1',
  }));

/**
 * Reads the reply to INFO (the sections server, memory and persistence).
 * @throws ZodError when it has no version
 */
export function parseServerInfo(text: string): ServerFacts {
  return Info.parse(parseInfo(text));
}

/** The `name:value` lines of INFO. */
export function parseInfo(text: string): Record<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':');
    return colon <= 0 || line.startsWith('#') ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
  });
  return Object.fromEntries(pairs);
}

/** Whether version `text` (`7.0.15`) is at least `major.minor`; a text that is no version is not. */
export function isAtLeast(text: string, major: number, minor: number): boolean {
  const match = /^(\d+)\.(\d+)/.exec(text);
  if (match === null) return false;
  const [itsMajor, itsMinor] = [Number(match[1]), Number(match[2])];
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}
