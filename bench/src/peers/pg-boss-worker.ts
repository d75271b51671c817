import PgBoss from 'pg-boss';
import { z } from 'zod';
import { createTask, stateOf } from '../kie-calls.ts';
import { GUIDE } from './peer.ts';
import { bossOptions } from './pg-boss-options.ts';

const environment = z.object({
  DATABASE_URL: z.string(),
  KIE_URL: z.url(),
  /** This worker's share of the account's limit. */
  LIMIT: z.coerce.number().int().positive(),
  WINDOW_MS: z.coerce.number().positive(),
  SCALE: z.coerce.number().positive(),
});
const submitJob = z.object({ prompt: z.string() });
const pollJob = z.object({ prompt: z.string(), taskId: z.string() });

/** Polls at the same time; pg-boss takes them in batches. */
const POLL_BATCH = 20;
/** Its default of 2 s, scaled, but not below what it allows. */
const LEAST_POLLING_S = 0.5;
const POLLING_S = 2;

/**
 * A worker on pg-boss. It has no limiter of its own: a worker takes its share of the limit as one batch per window.
 * Each job of a batch succeeds or fails separately, so that one failure does not repeat its neighbours.
 */
const env = environment.parse(process.env);
const boss = new PgBoss(bossOptions(env.DATABASE_URL));
boss.on('error', (error) => process.stderr.write(`${error.message}\n`));
await boss.start();
const pollEveryMs = GUIDE.pollEveryMs * env.SCALE;

function pollLater(data: z.infer<typeof pollJob>): Promise<string | null> {
  return boss.send('poll', data, { startAfter: new Date(Date.now() + pollEveryMs) });
}

async function submit(data: unknown): Promise<void> {
  const { prompt } = submitJob.parse(data);
  await pollLater({ prompt, taskId: await createTask(env.KIE_URL, prompt) });
}

async function poll(data: unknown): Promise<void> {
  const job = pollJob.parse(data);
  const state = await stateOf(env.KIE_URL, job.taskId);
  if (state === 'success' || state === 'fail') await boss.send('delivered', { prompt: job.prompt });
  else await pollLater(job);
}

async function each(
  queue: string,
  jobs: readonly PgBoss.Job<unknown>[],
  act: (data: unknown) => Promise<void>,
): Promise<void> {
  const settle = async (job: PgBoss.Job<unknown>): Promise<void> => {
    try {
      await act(job.data);
    } catch (error) {
      // A failed job is not completed with its batch any more; pg-boss tries it again later.
      await boss.fail(queue, job.id, { message: String(error) });
    }
  };
  await Promise.all(jobs.map(settle));
}

const window = { batchSize: env.LIMIT, pollingIntervalSeconds: Math.max(LEAST_POLLING_S, env.WINDOW_MS / 1000) };
const pollingIntervalSeconds = Math.max(LEAST_POLLING_S, POLLING_S * env.SCALE);
await boss.work('submit', window, (jobs) => each('submit', jobs, submit));
await boss.work('poll', { batchSize: POLL_BATCH, pollingIntervalSeconds }, (jobs) => each('poll', jobs, poll));
process.stdout.write(`${JSON.stringify({ msg: 'listening' })}\n`);
