import { fileURLToPath } from 'node:url';
import { startMain, testRedis, type AppProcess } from '@kieq/testkit';
import { Queue } from 'bullmq';
import { z } from 'zod';
import { GUIDE, killAll, type Peer } from './peer.ts';

const WORKER = fileURLToPath(new URL('bullmq-worker.js', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const data = z.object({ prompt: z.string() });

/** BullMQ as its own guides use it. */
export const bullmqPeer: Peer = {
  name: 'BullMQ by its guides',
  async start({ redisUrl, kieUrl, scale, limit, windowMs }) {
    const redis = await testRedis(redisUrl, 'bench-guides');
    const { prefix, client: connection } = redis;
    const submits = new Queue('submit', { connection, prefix });
    const polls = new Queue('poll', { connection, prefix });
    const workers: AppProcess[] = [];
    const env = {
      REDIS_URL: redisUrl,
      PREFIX: prefix,
      KIE_URL: kieUrl,
      LIMIT: String(limit),
      WINDOW_MS: String(windowMs),
      SCALE: String(scale),
    };
    const backoff = { type: 'exponential', delay: GUIDE.backoffMs * scale };
    return {
      enqueue: async (prompts) => {
        const opts = { attempts: GUIDE.attempts, backoff };
        await submits.addBulk(prompts.map((prompt) => ({ name: 'submit', data: { prompt }, opts })));
      },
      startWorker: async () => {
        const worker = await startMain('guide worker', WORKER, { cwd: HERE, env });
        workers.push(worker);
        return worker;
      },
      delivered: () => polls.getCompletedCount(),
      deliveredPrompts: async () => (await polls.getCompleted(0, -1)).map((job) => data.parse(job.data).prompt),
      shownAsOpen: async () => (await submits.getFailedCount()) + (await polls.getFailedCount()),
      stop: async () => {
        await killAll(workers);
        await submits.close();
        await polls.close();
        await redis.cleanup();
      },
    };
  },
};
