import { fileURLToPath } from 'node:url';
import { startMain, type AppProcess } from '@kieq/testkit';
import PgBoss from 'pg-boss';
import { z } from 'zod';
import { GUIDE, killAll, type Peer, type PeerPlace, type RunningPeer } from './peer.ts';
import { bossOptions } from './pg-boss-options.ts';
import { startPostgres, type Postgres } from './postgres.ts';

const WORKER = fileURLToPath(new URL('pg-boss-worker.js', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const data = z.object({ prompt: z.string() });
const EVERYTHING = 1_000_000;

/** pg-boss on PostgreSQL, with retries and exponential backoff. */
export const pgBossPeer: Peer = {
  name: 'pg-boss',
  async start(place) {
    const postgres = await startPostgres();
    try {
      return await startOn(postgres, place);
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  },
};

async function startOn(postgres: Postgres, place: PeerPlace): Promise<RunningPeer> {
  const boss = new PgBoss({ ...bossOptions(postgres.url), supervise: false });
  boss.on('error', () => undefined);
  await boss.start();
  await createQueues(boss, place.scale);
  const workers: AppProcess[] = [];
  const env = environmentOf(postgres, place);
  return {
    enqueue: async (prompts) => boss.insert(prompts.map((prompt) => ({ name: 'submit', data: { prompt } }))),
    startWorker: async () => {
      const worker = await startMain('pg-boss worker', WORKER, { cwd: HERE, env });
      workers.push(worker);
      return worker;
    },
    delivered: () => boss.getQueueSize('delivered'),
    deliveredPrompts: async () => {
      const jobs = await boss.fetch('delivered', { batchSize: EVERYTHING });
      return jobs.map((job) => data.parse(job.data).prompt);
    },
    shownAsOpen: () => boss.getQueueSize('failed'),
    stop: async () => {
      await killAll(workers);
      await boss.stop({ graceful: false });
      await postgres.stop();
    },
  };
}

/** It counts backoff and expiry in whole seconds, so that they cannot shrink below one. */
async function createQueues(boss: PgBoss, scale: number): Promise<void> {
  const seconds = (ms: number): number => Math.max(1, Math.round((ms * scale) / 1000));
  for (const name of ['failed', 'delivered']) await boss.createQueue(name);
  for (const name of ['submit', 'poll']) {
    await boss.createQueue(name, {
      name,
      deadLetter: 'failed',
      retryLimit: GUIDE.attempts - 1,
      retryDelay: seconds(GUIDE.backoffMs),
      retryBackoff: true,
      expireInSeconds: seconds(GUIDE.lockMs),
    });
  }
}

function environmentOf({ url }: Postgres, { kieUrl, limit, windowMs, scale, workers }: PeerPlace) {
  return {
    DATABASE_URL: url,
    KIE_URL: kieUrl,
    LIMIT: String(Math.floor(limit / workers)),
    WINDOW_MS: String(windowMs),
    SCALE: String(scale),
  };
}
