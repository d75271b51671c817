import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { GenerationRecord } from '@kieq/ledger';
import { startProcessPool, type ProcessPool } from '../process-pool.ts';
import type { Build } from './build.ts';
import { createCrews, type Crews } from './crews.ts';
import { createOrders, type Orders } from './orders.ts';

/** What a scene plays on: a pool of its own with a simulated Kie of its own, and processes of both versions. */
export interface Place {
  readonly old: Build;
  readonly new: Build;
  readonly pool: ProcessPool;
  readonly crews: Crews;
  readonly orders: Orders;
  /** The folder of the upload store. */
  readonly uploads: string;
  /** A generation, once it is so. */
  readonly when: (id: string, is: (record: GenerationRecord) => boolean) => Promise<GenerationRecord>;
  close(): Promise<void>;
}

export interface PlaceOptions {
  readonly redisUrl: string;
  readonly old: Build;
  readonly new: Build;
}

/** The longest that anything in a scene may take, in ms: an unreadable result is asked for again for 36 s. */
const PATIENCE_MS = 90_000;

/** Policy times ÷ 50, as far as processes can: an attempt is sent within 0.1 s, the credits are asked for every 0.6 s. */
const ENVIRONMENT = {
  KIEQ_TIME_SCALE: '0.02',
  KIEQ_LOCK_MS: '1000',
  KIEQ_SUBMIT_LIMIT: '20',
  KIEQ_SUBMIT_WINDOW_MS: '1000',
  KIEQ_SUBMIT_TIMEOUT_MS: '1500',
  KIEQ_POLL_LIMIT_PER_SECOND: '100',
  KIEQ_UNKNOWN_WINDOW_MS: '3000',
  KIEQ_ALLOW_PRIVATE_URLS: 'true',
  DASHBOARD_PORT: '0',
};

export async function openPlace({ redisUrl, ...builds }: PlaceOptions): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-upgrade-files-'));
  const uploads = join(folder, 'uploads');
  const pool = await startProcessPool({
    redisUrl,
    name: 'upgrade',
    simulator: {
      rateLimit: { limit: 20, windowMs: 1000 },
      createLatency: { minMs: 20, maxMs: 200 },
      queryLatency: { minMs: 0, maxMs: 5 },
      generation: { kind: 'uniform', minMs: 200, maxMs: 1500 },
    },
    env: {
      ...ENVIRONMENT,
      UPLOAD_STORE_URL: pathToFileURL(uploads).href,
      ARCHIVE_URL: pathToFileURL(join(folder, 'archive')).href,
    },
  });
  const crews = createCrews(pool.env);
  return {
    ...builds,
    pool,
    crews,
    orders: createOrders(pool),
    uploads,
    when: (id, is) => pool.recordWhen(id, is, PATIENCE_MS),
    async close() {
      await crews.kill();
      await pool.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
