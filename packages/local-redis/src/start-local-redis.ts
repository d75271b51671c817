import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataDir } from './data-dir.ts';
import { findServer, type FindServerOptions } from './find-server.ts';
import { launch, launchAnywhere, type Launched, type LaunchInput } from './launch.ts';
import type { ServerSource } from './server-program.ts';

export interface LocalRedisOptions extends Partial<FindServerOptions> {
  /** Folder of the data, kept at the end; the next server in it listens on the same port if that is free. Default: a new temporary folder, removed at the end. */
  readonly dataDir?: string;
  /** Whether writes go to an append-only file and survive `restart()`. Default false. */
  readonly appendonly?: boolean;
  /** More settings of redis.conf, which override the defaults, such as `{ 'maxmemory-policy': 'allkeys-lru' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Starts a Sentinel instead, which watches no server until SENTINEL MONITOR names one. Not in Docker. Default false.
   */
  readonly sentinel?: boolean;
  /**
   * How long the server may take until it responds to PING, in ms. Default 15 000; in Docker 180 000, since it may pull
   * the image.
   */
  readonly startTimeoutMs?: number;
}

/** A private Redis on a loopback port; it ends with the process that started it, even by `kill -9`. */
export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  /** Pid of the present server process; another one after `restart`. */
  readonly pid: number;
  readonly dataDir: string;
  /** Source and version of the program. */
  readonly source: ServerSource;
  readonly version: string;
  /** Ends the server and starts it again on the same port and folder; SIGKILL simulates a crash. Default SIGTERM. */
  restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Ends this server and removes its temporary folder. A second call has no effect. */
  stop(): Promise<void>;
}

/**
 * Starts a private Redis from the PATH, the distribution's package or Docker, in this order. It listens on loopback
 * only, never evicts and takes no snapshots.
 * @throws LocalRedisError when there is none, it does not start, or the data folder is in use
 */
export async function startLocalRedis(options: LocalRedisOptions = {}): Promise<LocalRedis> {
  const program = await findServer({ ...options, cacheDir: options.cacheDir ?? join(process.cwd(), '.kieq') });
  const dataDir = await openDataDir(options.dataDir);
  const startTimeoutMs = options.startTimeoutMs ?? (program.source === 'docker' ? 180_000 : 15_000);
  const sentinelFile = options.sentinel === true ? join(dataDir.path, 'sentinel.conf') : undefined;
  if (sentinelFile !== undefined) await writeFile(sentinelFile, '', { flag: 'a' });
  const preferredPort = await dataDir.lastPort();
  const input: LaunchInput = {
    program,
    dataDir,
    settings: serverSettings(options),
    sentinelFile,
    startTimeoutMs,
    preferredPort,
  };
  try {
    return new RunningRedis(input, await launchAnywhere(input));
  } catch (error) {
    await dataDir.release();
    throw error;
  }
}

function serverSettings({ appendonly = false, settings = {}, sentinel }: LocalRedisOptions): [string, string][] {
  if (sentinel === true) return Object.entries(settings);
  const ours = { save: '', appendonly: appendonly ? 'yes' : 'no', 'maxmemory-policy': 'noeviction' };
  return Object.entries({ ...ours, ...settings });
}

class RunningRedis implements LocalRedis {
  readonly #input: LaunchInput;
  #now: Launched;

  constructor(input: LaunchInput, launched: Launched) {
    this.#input = input;
    this.#now = launched;
  }

  get port(): number {
    return this.#now.port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#now.server.pid;
  }

  get dataDir(): string {
    return this.#input.dataDir.path;
  }

  get source(): ServerSource {
    return this.#input.program.source;
  }

  get version(): string {
    return this.#input.program.version;
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.#now.server.end(signal);
    this.#now = { port: this.port, server: await launch(this.#input, this.port) };
  }

  async stop(): Promise<void> {
    await this.#now.server.end('SIGTERM');
    await this.#input.dataDir.release();
  }
}
