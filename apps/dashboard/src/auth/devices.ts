import { createHash, randomBytes } from 'node:crypto';
import { within, type RedisClient } from '@kieq/redis';

/** How long a browser that has logged in is known again. */
export const DEVICE_MS = 30 * 86_400_000;
/** A login does not wait longer for Redis. */
const REDIS_MS = 1_000;

/**
 * Browsers in which a user has logged in: their logins are counted separately, so that strangers behind the same
 * address do not delay known browsers. All dashboards of a pool know them; only hashes of the ids are kept.
 * While Redis is away no browser is known, and none needs to be.
 */
export class Devices {
  readonly #redis: RedisClient;
  readonly #prefix: string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** @returns the id for the cookie, 256 random bits; undefined where it could not be kept */
  async remember(user: string): Promise<string | undefined> {
    const id = randomBytes(32).toString('base64url');
    try {
      await within(REDIS_MS, () => this.#redis.set(this.#key(id), user, 'PX', DEVICE_MS));
      return id;
    } catch {
      return undefined;
    }
  }

  /** Whether this user has logged in there. Others who use the browser gain nothing by it. */
  async knows(id: string, user: string): Promise<boolean> {
    const known = await within(REDIS_MS, () => this.#redis.get(this.#key(id))).catch(() => null);
    return known === user;
  }

  #key(id: string): string {
    return `${this.#prefix}:dashboard:device:${createHash('sha256').update(id).digest('base64url')}`;
  }
}
