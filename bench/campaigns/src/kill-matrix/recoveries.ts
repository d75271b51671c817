import { Redis } from 'ioredis';

const QUEUES = ['submit', 'poll', 'notify'] as const;
const BLOCK_MS = 500;

/**
 * Watches which jobs are taken out of the hands of dead processes, by BullMQ's own event streams: their times are
 * Redis's, not a worker's. From then on anybody may work on the job, unless a gate of the account is closed.
 */
export class Recoveries {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #waiting = new Map<string, Set<(at: number) => void>>();
  #loop: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(url: string, prefix: string) {
    this.#redis = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
    this.#prefix = prefix;
  }

  async start(): Promise<void> {
    await this.#redis.connect();
    this.#loop = this.#read();
  }

  /**
   * Resolves with the moment at which the job is waiting again; with undefined when `timeoutMs` have passed.
   * @param after epoch ms
   */
  waitingAgain(queue: string, job: string, after: number, timeoutMs: number): Promise<number | undefined> {
    const name = `${queue} ${job}`;
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting);
    return new Promise((resolve) => {
      const end = (at: number | undefined): void => {
        clearTimeout(timer);
        waiting.delete(poll);
        if (waiting.size === 0) this.#waiting.delete(name);
        resolve(at);
      };
      const poll = (at: number): void => {
        if (at > after) end(at);
      };
      const timer = setTimeout(() => end(undefined), timeoutMs);
      waiting.add(poll);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
    this.#redis.disconnect();
  }

  async #read(): Promise<void> {
    const streams = QUEUES.map((queue) => `${this.#prefix}:${queue}:events`);
    const last = new Map<string, string>(streams.map((stream) => [stream, '0-0']));
    while (!this.#stopped) {
      const ids = streams.map((stream) => last.get(stream) ?? '0-0');
      const found = (await this.#redis.xread('BLOCK', BLOCK_MS, 'STREAMS', ...streams, ...ids)) ?? [];
      for (const [stream, entries] of found) {
        const queue = QUEUES[streams.indexOf(stream)] ?? '';
        for (const [id, fields] of entries) {
          last.set(stream, id);
          if (fields[1] === 'stalled') this.#tell(`${queue} ${fields[3] ?? ''}`, Number(id.split('-')[0]));
        }
      }
    }
  }

  #tell(name: string, at: number): void {
    for (const poll of this.#waiting.get(name) ?? []) poll(at);
  }
}
