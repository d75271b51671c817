import { randomBytes } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** What links into the archive are made of, as the pool knows it. */
export interface LinkBasis {
  /** Epoch ms in Redis time. */
  readonly nowMs: number;
  /** Signs the links of gateways; a secret. Undefined until a link needed it. */
  readonly key: string | undefined;
  /** `PUBLIC_URL` as workers recorded it; undefined where none has one. */
  readonly publicUrl: string | undefined;
  /** Ids of the archives that gateways read now. */
  readonly readers: ReadonlySet<string>;
  /** The setting `resultLinks`: whether callers get Kie's own links although there is an archive. */
  readonly wantsKie: boolean;
}

/** How long a gateway counts as a reader after it announced itself, in ms; it announces itself every third of this time. */
const READER_MS = 90_000;
/** How long a `PUBLIC_URL` counts after a worker last wrote it: workers may be stopped for days. */
const PUBLIC_URL_MS = 7 * 24 * 3_600_000;
const KEY_BYTES = 32;
const BASE64URL = /^[\w-]{22,}$/;

/**
 * Where the pool's archived results can be fetched, and the key that proves that kieq made a link.
 * @param now epoch ms in Redis time
 * @param mintKey default: 32 random bytes as base64url
 */
export function createArchiveLinks(
  redis: Redis | Cluster,
  root: string,
  now: () => Promise<number>,
  mintKey: () => string = () => randomBytes(KEY_BYTES).toString('base64url'),
) {
  const [keyKey, urlKey, readersKey] = [`${root}link:key`, `${root}link:url`, `${root}readers`];
  const readKey = async (): Promise<string | undefined> => {
    const found = await redis.get(keyKey);
    return found !== null && BASE64URL.test(found) ? found : undefined;
  };
  return {
    /** One round trip. */
    async basis(): Promise<LinkBasis> {
      const [nowMs, key, publicUrl, readers, wanted] = await Promise.all([
        now(),
        readKey(),
        redis.get(urlKey),
        redis.hgetall(readersKey),
        redis.hget(`${root}config`, 'resultLinks'),
      ]);
      const alive = Object.entries(readers).filter(([, at]) => isAlive(at, nowMs));
      return {
        nowMs,
        key,
        publicUrl: publicUrl ?? undefined,
        readers: new Set(alive.map(([store]) => store)),
        wantsKie: wanted === 'kie',
      };
    },
    /** Returns the key, and creates it where there is none: the first one counts. Replacing it invalidates every earlier link. */
    async ensureKey(): Promise<string> {
      const own = mintKey();
      await redis.set(keyKey, own, 'NX');
      const key = await readKey();
      if (key !== undefined) return key;
      // The value under this name is not a key.
      await redis.set(keyKey, own);
      return own;
    },
    /** A worker with this `PUBLIC_URL` starts: from now on it is that of the pool. */
    async usePublicUrl(url: string): Promise<void> {
      await redis.set(urlKey, url, 'PX', PUBLIC_URL_MS);
    },
    /**
     * A worker with this `PUBLIC_URL` is still running.
     * @returns that of the pool, which differs where a worker with another one has started since
     */
    async keepPublicUrl(url: string): Promise<string> {
      await redis.set(urlKey, url, 'PX', PUBLIC_URL_MS, 'NX');
      const ofPool = (await redis.get(urlKey)) ?? url;
      if (ofPool === url) await redis.pexpire(urlKey, PUBLIC_URL_MS);
      return ofPool;
    },
    /** A gateway reads the archive with this id. Gateways that have not announced themselves for `READER_MS` are removed. */
    async announceReader(store: string): Promise<void> {
      const [nowMs, readers] = await Promise.all([now(), redis.hgetall(readersKey)]);
      const gone = Object.keys(readers).filter((one) => one !== store && !isAlive(readers[one], nowMs));
      await redis.hset(readersKey, store, String(nowMs));
      if (gone.length > 0) await redis.hdel(readersKey, ...gone);
      await redis.pexpire(readersKey, READER_MS);
    },
  };
}
export type ArchiveLinks = ReturnType<typeof createArchiveLinks>;

function isAlive(at: string | undefined, nowMs: number): boolean {
  return at !== undefined && Number(at) > nowMs - READER_MS;
}
