import { createConnection } from '@kieq/redis';
import { DelayedError, Queue, Worker, type Job } from 'bullmq';
import { z } from 'zod';
import { createTask, RateLimited, stateOf } from '../kie-calls.ts';
import { GUIDE } from './peer.ts';

const environment = z.object({
  REDIS_URL: z.string(),
  PREFIX: z.string(),
  KIE_URL: z.url(),
  LIMIT: z.coerce.number().int().positive(),
  WINDOW_MS: z.coerce.number().positive(),
  SCALE: z.coerce.number().positive(),
});
const submitJob = z.object({ prompt: z.string() });
const pollJob = z.object({ prompt: z.string(), taskId: z.string() });

/**
 * A worker as the guides of BullMQ write it: its limiter, its rate-limit error, attempts with exponential backoff, and
 * a job that delays itself. Submissions and polls have a queue each, since the limiter counts every job that it starts.
 */
const env = environment.parse(process.env);
const connection = createConnection({ url: env.REDIS_URL, role: 'worker' });
const pollEveryMs = GUIDE.pollEveryMs * env.SCALE;
const attempts = { attempts: GUIDE.attempts, backoff: { type: 'exponential', delay: GUIDE.backoffMs * env.SCALE } };
const polls = new Queue('poll', { connection, prefix: env.PREFIX, defaultJobOptions: attempts });

async function submit(job: Job): Promise<void> {
  const { prompt } = submitJob.parse(job.data);
  try {
    const taskId = await createTask(env.KIE_URL, prompt);
    await polls.add('poll', { prompt, taskId }, { delay: pollEveryMs });
  } catch (error) {
    if (!(error instanceof RateLimited)) throw error;
    await submitter.rateLimit(env.WINDOW_MS);
    throw Worker.RateLimitError();
  }
}

async function poll(job: Job, token: string | undefined): Promise<void> {
  const { taskId } = pollJob.parse(job.data);
  const state = await stateOf(env.KIE_URL, taskId);
  if (state === 'success' || state === 'fail') return;
  await job.moveToDelayed(Date.now() + pollEveryMs, token);
  throw new DelayedError();
}

const lockDuration = GUIDE.lockMs * env.SCALE;
const shared = { connection, prefix: env.PREFIX, concurrency: 20, lockDuration, stalledInterval: lockDuration };
const submitter = new Worker('submit', submit, { ...shared, limiter: { max: env.LIMIT, duration: env.WINDOW_MS } });
for (const worker of [submitter, new Worker('poll', poll, shared)]) {
  worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
  await worker.waitUntilReady();
}
process.stdout.write(`${JSON.stringify({ msg: 'listening' })}\n`);
