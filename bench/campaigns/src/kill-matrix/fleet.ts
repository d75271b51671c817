import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SCRIPT_NAMES, scriptText } from '@kieq/ledger';
import { openStore, type FileStore } from '@kieq/storage';
import { z } from 'zod';
import { startProcessPool, type ProcessPool, startApp, type AppProcess } from '@kieq/testkit';
import { Arms, STRUCK, TRACED } from './arms.ts';
import { writeAtlas } from './atlas-writer.ts';
import { startCallerSide, type CallerSide } from './caller-side.ts';
import { startOperator } from './operator.ts';
import { Recoveries } from './recoveries.ts';

/** A bearer key of the gateway, of the tenant `default`. */
export const GATEWAY_KEY = 'kill-matrix-0123456789';
/** The built preload, also when this runs from source. */
const PRELOAD = fileURLToPath(new URL('../../dist/kill-matrix/preload.js', import.meta.url));

const struckLine = z.object({
  msg: z.literal(STRUCK),
  arm: z.string(),
  kind: z.enum(['kill', 'freeze']),
  job: z.string().optional(),
  pid: z.int(),
  at: z.number(),
});
/** What a process said right before it was struck. */
export type Struck = z.infer<typeof struckLine>;

const tracedLine = z.object({
  msg: z.literal(TRACED),
  generation: z.string(),
  point: z.string(),
  phase: z.enum(['before', 'after']),
});
export type Traced = z.infer<typeof tracedLine>;

export interface FleetOptions {
  readonly redisUrl: string;
  readonly workers: number;
  /** Job lock, in ms. */
  readonly lockMs: number;
  /** Kie's callbacks reach the gateway. */
  readonly callbacks: boolean;
  readonly seed: number;
  /** Environment of every process, over that of the matrix. */
  readonly env?: Readonly<Record<string, string>>;
  /** Is told of every point that is passed; costs time. */
  readonly onTrace?: (traced: Traced) => void;
}

/** Short windows, so that a whole life passes in seconds; 1/20 of the policy times. */
export const MATRIX_ENV = {
  KIEQ_TIME_SCALE: '0.05',
  KIEQ_SUBMIT_LIMIT: '60',
  KIEQ_SUBMIT_WINDOW_MS: '1000',
  KIEQ_SUBMIT_TIMEOUT_MS: '1000',
  KIEQ_UNKNOWN_WINDOW_MS: '2500',
  KIEQ_POLL_LIMIT_PER_SECOND: '60',
  KIEQ_HOLD_MS: '300',
  KIEQ_SUBMIT_CONCURRENCY: '4',
  KIEQ_POLL_CONCURRENCY: '4',
  KIEQ_NOTIFY_CONCURRENCY: '8',
  KIEQ_ALLOW_PRIVATE_URLS: 'true',
  GATEWAY_API_KEYS: `${GATEWAY_KEY}:default`,
} as const;

/** Many processes start on a machine that has other things to do. */
const START_MS = 120_000;

/** From its first log line until it can be struck for whatever it does. */
const SETTLE_MS = 1000;

type Role = 'worker' | 'gateway';

interface Member {
  readonly role: Role;
  readonly app: AppProcess;
  /** Its scenario ends it, and no other process takes its place. */
  readonly isExtra?: true;
}

/** Worker processes and a gateway of one pool, all of which can be struck; whoever is killed is replaced. */
export class Fleet {
  readonly pool: ProcessPool;
  readonly callers: CallerSide;
  readonly uploads: FileStore;
  readonly arms: Arms;
  readonly recoveries: Recoveries;
  readonly options: FleetOptions;
  readonly #folder: string;
  readonly #operator: () => Promise<void>;
  readonly #processes = new Map<number, Member>();
  readonly #frozen = new Set<number>();
  readonly #launching = new Set<Promise<void>>();
  readonly #waiting = new Map<string, (struck: Struck) => void>();
  #gatewayUrl = '';
  #stopped = false;

  private constructor(options: FleetOptions, parts: { pool: ProcessPool; callers: CallerSide; folder: string }) {
    this.options = options;
    this.pool = parts.pool;
    this.callers = parts.callers;
    this.#folder = parts.folder;
    this.#operator = startOperator(parts.pool.ledger);
    this.arms = new Arms(join(parts.folder, 'arms'));
    this.uploads = openStore({ kind: 'file', path: join(parts.folder, 'uploads') });
    this.recoveries = new Recoveries(options.redisUrl, parts.pool.redis.prefix);
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const folder = await mkdtemp(join(tmpdir(), 'kieq-kill-'));
    const atlas = join(folder, 'atlas.json');
    writeAtlas(atlas);
    const env = {
      ...MATRIX_ENV,
      KIEQ_LOCK_MS: String(options.lockMs),
      NODE_OPTIONS: `--import=${pathToFileURL(PRELOAD).href}`,
      KILL_MATRIX_ARMS: join(folder, 'arms'),
      KILL_MATRIX_ATLAS: atlas,
      KILL_MATRIX_TRACE: options.onTrace === undefined ? '' : '1',
      UPLOAD_STORE_URL: pathToFileURL(join(folder, 'uploads')).href,
      ...options.env,
    };
    const pool = await startProcessPool({
      redisUrl: options.redisUrl,
      name: 'kill-matrix',
      simulator: {
        seed: options.seed,
        rateLimit: null,
        createLatency: { minMs: 1, maxMs: 20 },
        queryLatency: { minMs: 0, maxMs: 10 },
        generation: { kind: 'uniform', minMs: 20, maxMs: 150 },
        callback: { retries: 3, retryDelayMs: 300, timeoutMs: 15_000, duplicates: 0, lostRate: 0 },
      },
      env,
    });
    await loadScripts(pool);
    const fleet = new Fleet(options, { pool, callers: await startCallerSide(), folder });
    await fleet.recoveries.start();
    await fleet.#launch('gateway');
    // One after the other: each takes a second of a processor.
    for (let i = 0; i < options.workers; i += 1) await fleet.#launch('worker');
    await Promise.all(fleet.#launching);
    return fleet;
  }

  get gatewayUrl(): string {
    return this.#gatewayUrl;
  }

  /** Resolves with the strike of this arm; never, if nobody takes it. Undefined: somebody waits for it already. */
  struck(arm: string): Promise<Struck> | undefined {
    if (this.#waiting.has(arm)) return undefined;
    return new Promise((resolve) => this.#waiting.set(arm, resolve));
  }

  forget(arm: string): void {
    this.#waiting.delete(arm);
    this.arms.clear(arm);
  }

  /** Another process of the same kind takes the place of the killed one. */
  replace(pid: number): void {
    const dead = this.#processes.get(pid);
    this.#processes.delete(pid);
    if (dead !== undefined && dead.isExtra === undefined && !this.#stopped)
      this.#launching.add(this.#launchAfter(dead));
  }

  /**
   * A worker is asked to end, as an update does; another one takes its place.
   * @param meanwhile while the worker does not run, right before: what Redis gives it then, it finds when it has to end
   */
  async retire(meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
    const [pid, worker] =
      [...this.#processes].find(([one, { role }]) => role === 'worker' && !this.#frozen.has(one)) ?? [];
    if (pid === undefined || worker === undefined) return;
    this.#frozen.add(pid);
    worker.app.signal('SIGSTOP');
    await meanwhile();
    worker.app.signal('SIGTERM');
    worker.app.signal('SIGCONT');
    this.#frozen.delete(pid);
    await worker.app.ended;
    // Unless it was killed on its way, and is replaced for that.
    if (this.#processes.has(pid)) this.replace(pid);
  }

  /**
   * Starts one more gateway, on an address of its own, and ends it when `use` is over. Its start is over as well, but it
   * has not served a request: what a gateway asks once, at its first request, it asks now.
   */
  async withFreshGateway(use: (url: string) => Promise<void>): Promise<void> {
    const forward = (line: string): void => this.#hear(line);
    const app = await startApp('gateway', this.pool.env, { forward, startTimeoutMs: START_MS });
    this.#processes.set(app.pid, { role: 'gateway', app, isExtra: true });
    try {
      await this.#admit(app.pid);
      await use(String(app.first['url']));
    } finally {
      // A frozen one hears it when it goes on.
      app.signal('SIGTERM');
      await app.ended;
      this.#processes.delete(app.pid);
    }
  }

  /** A process that has stopped itself goes on when `thaw` resolves. */
  async freeze(pid: number, thaw: Promise<unknown>): Promise<void> {
    this.#frozen.add(pid);
    await thaw;
    this.#processes.get(pid)?.app.signal('SIGCONT');
    this.#frozen.delete(pid);
  }

  /** Workers that are neither dead nor frozen. */
  get awake(): number {
    return [...this.#processes].filter(([pid, { role }]) => role === 'worker' && !this.#frozen.has(pid)).length;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#operator();
    await Promise.all(this.#launching);
    for (const { app } of this.#processes.values()) app.signal('SIGKILL');
    await Promise.all([...this.#processes.values()].map(({ app }) => app.ended));
    await this.recoveries.stop();
    await this.callers.stop();
    await this.uploads.close();
    await this.pool.stop();
    await rm(this.#folder, { recursive: true });
  }

  async #launch(role: Role): Promise<void> {
    const env = { ...this.pool.env, ...this.#envOf(role) };
    const forward = (line: string): void => this.#hear(line);
    const app = await startApp(role, env, { forward, startTimeoutMs: START_MS });
    if (role === 'gateway') this.#gatewayUrl = String(app.first['url']);
    this.#processes.set(app.pid, { role, app });
    this.#launching.add(this.#admit(app.pid));
  }

  /** What a process does for no generation at its start is no point: another one may never come along there. */
  async #admit(pid: number): Promise<void> {
    await sleep(SETTLE_MS);
    if (!this.#stopped) this.arms.admit(pid);
  }

  async #launchAfter({ role, app }: Member): Promise<void> {
    await app.ended;
    if (!this.#stopped) await this.#launch(role);
  }

  #envOf(role: Role): Record<string, string> {
    // The address stays, whoever is behind it.
    if (role === 'gateway' && this.#gatewayUrl !== '') return { GATEWAY_PORT: new URL(this.#gatewayUrl).port };
    return role === 'worker' && this.options.callbacks ? { PUBLIC_URL: this.#gatewayUrl } : {};
  }

  #hear(line: string): void {
    if (line.startsWith(`{"msg":"${STRUCK}`)) {
      const struck = struckLine.parse(JSON.parse(line));
      this.#waiting.get(struck.arm)?.(struck);
    } else if (this.options.onTrace !== undefined && line.startsWith(`{"msg":"${TRACED}`)) {
      this.options.onTrace(tracedLine.parse(JSON.parse(line)));
    }
  }
}

/**
 * Where Redis does not know a script, its text is sent by another function than the one that sends its hash. The user of
 * the test suite may not do this, so there the first sender of each script is named differently.
 */
async function loadScripts({ redis }: ProcessPool): Promise<void> {
  const texts = SCRIPT_NAMES.map(scriptText);
  await Promise.all(texts.map((text) => redis.client.script('LOAD', text))).catch(() => undefined);
}
