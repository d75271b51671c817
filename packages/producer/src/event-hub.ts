import { lastEventId, readEvents, type LedgerEvent } from '@kieq/ledger';
import type { RedisClient } from '@kieq/redis';

interface Reader {
  readonly redis: RedisClient;
  readonly started: Promise<void>;
  stopped: boolean;
}

type Listener = (event: LedgerEvent) => void;

const BLOCK_MS = 5000;
const RETRY_MS = 500;

/**
 * One blocking reader of the ledger's event stream per producer, whatever the number of listeners.
 * Idle: there is no listener, and nothing is read. Reading: from the first listener until `close` or the end of the last one.
 */
export class EventHub {
  readonly #redis: RedisClient;
  readonly #connect: () => RedisClient;
  readonly #root: string;
  readonly #listeners = new Map<string, Set<Listener>>();
  #reader: Reader | undefined;

  /**
   * @param redis fails fast, so that subscribing does too when Redis is unavailable
   * @param connect opens a connection of its own, since reading blocks it
   */
  constructor(redis: RedisClient, connect: () => RedisClient, root: string) {
    this.#redis = redis;
    this.#connect = connect;
    this.#root = root;
  }

  /** Resolves when the listener gets events from now on; call the result to stop. Check the state after subscribing. */
  async subscribe(generation: string, listener: Listener): Promise<() => void> {
    const listeners = this.#listeners.get(generation) ?? new Set();
    this.#listeners.set(generation, listeners.add(listener));
    const unsubscribe = (): void => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(generation) === listeners) this.#listeners.delete(generation);
      if (this.#listeners.size === 0) this.close();
    };
    this.#reader ??= this.#startReader();
    try {
      await this.#reader.started;
    } catch (error) {
      unsubscribe();
      throw error;
    }
    return unsubscribe;
  }

  close(): void {
    if (this.#reader === undefined) return;
    this.#reader.stopped = true;
    this.#reader.redis.disconnect();
    this.#reader = undefined;
  }

  #startReader(): Reader {
    const redis = this.#connect();
    const position = lastEventId(this.#redis, this.#root);
    const reader: Reader = { redis, stopped: false, started: position.then(() => undefined) };
    // `subscribe` waits for `started` and handles its failure.
    position.then(
      (from) => void this.#read(reader, from),
      () => undefined,
    );
    return reader;
  }

  async #read(reader: Reader, from: string): Promise<void> {
    let after = from;
    while (!reader.stopped) {
      try {
        for (const event of await readEvents(reader.redis, this.#root, after, BLOCK_MS)) {
          after = event.id;
          for (const listener of this.#listeners.get(event.generation) ?? []) listener(event);
        }
      } catch {
        // The client reconnects; waiters have their own timeout and re-read the state.
        if (!reader.stopped) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
