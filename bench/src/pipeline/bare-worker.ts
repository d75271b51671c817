import { createKieClient } from '@kieq/kie';
import { openQueues } from '@kieq/queue';
import { createConnection } from '@kieq/redis';
import { DelayedError, Worker, type Job } from 'bullmq';
import { z } from 'zod';
import { gotExchange, leanExchange } from './exchanges.ts';

const environment = z.object({
  REDIS_URL: z.string(),
  KIEQ_PREFIX: z.string(),
  KIE_BASE_URL: z.url(),
  KIE_API_KEY: z.string(),
  /** Jobs at once in each queue. */
  CONCURRENCY: z.coerce.number().int().positive(),
  /** Between the submission and each poll. */
  LOOK_AFTER_MS: z.coerce.number().int().positive(),
  /** How it submits. */
  EXCHANGE: z.enum(['got', 'lean']),
  LOCK_MS: z.coerce.number().int().positive(),
});
const submitJob = z.object({ request: z.object({ model: z.string(), input: z.record(z.string(), z.unknown()) }) });
const pollJob = z.object({ taskId: z.string() });

/**
 * The least that a worker of two queues can do: submit, poll later, done. The same connection and options as in kieq's
 * own worker, and its client for the polls; no ledger, no limit, no record of anything.
 */
const env = environment.parse(process.env);
const redis = createConnection({ url: env.REDIS_URL, role: 'worker' });
const queues = openQueues(redis, env.KIEQ_PREFIX);
const kie = createKieClient({ apiKey: env.KIE_API_KEY, baseUrl: env.KIE_BASE_URL });
const createTask = (env.EXCHANGE === 'got' ? gotExchange : leanExchange)(env.KIE_BASE_URL, env.KIE_API_KEY);

async function submit(job: Job): Promise<void> {
  const { request } = submitJob.parse(job.data);
  const taskId = await createTask(request);
  await queues.poll.add('poll', { taskId }, { delay: env.LOOK_AFTER_MS });
}

async function poll(job: Job, token: string | undefined): Promise<void> {
  const { taskId } = pollJob.parse(job.data);
  const answer = await kie.recordInfo(taskId);
  if (answer.kind === 'verdict') return;
  await job.moveToDelayed(Date.now() + env.LOOK_AFTER_MS, token);
  throw new DelayedError();
}

const options = {
  connection: redis,
  prefix: env.KIEQ_PREFIX,
  concurrency: env.CONCURRENCY,
  lockDuration: env.LOCK_MS,
  stalledInterval: env.LOCK_MS / 3,
};
for (const worker of [new Worker('submit', submit, options), new Worker('poll', poll, options)]) {
  worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
  await worker.waitUntilReady();
}
process.stdout.write(`${JSON.stringify({ msg: 'listening' })}\n`);
