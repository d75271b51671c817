import type { Job } from 'bullmq';
import type { FastifyInstance } from 'fastify';
import { addVehicle, readStatus } from '@kieq/queue';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startPool, until, type PoolFixture } from '../../../../packages/testkit/src/index.ts';
import { dashboardOf } from '../support.ts';

let pool: PoolFixture;
let app: FastifyInstance;

beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'dashboard-retry' });
  app = await dashboardOf(pool);
});

afterAll(async () => {
  await app.close();
  await pool.stop();
});

function submissionsOf(prompt: string): number {
  return pool.simulator.ledger.submissions().filter((submission) => submission.prompt === prompt).length;
}

function chargesOf(prompt: string): number {
  return pool.simulator.ledger.chargesByPrompt().get(prompt) ?? 0;
}

/** The job of `submit`, once it has ended for the n-th time. */
async function ended(id: string, times: number): Promise<Job> {
  return until(
    async (): Promise<Job | undefined> => pool.queues.submit.getJob(id),
    (job) => job.attemptsMade >= times && job.finishedOn !== undefined,
  );
}

async function retry(job: Job): Promise<Job> {
  const before = job.attemptsMade;
  const answer = await app.inject({ method: 'PUT', url: `/queues/api/queues/submit/${job.id}/retry` });
  expect(answer.statusCode).toBe(204);
  return ended(job.id ?? '', before + 1);
}

// @guarantee G1
it('a completed submit job that is retried charges nothing', async () => {
  const prompt = 'retried when completed';
  const [id = ''] = await pool.enqueue(prompt);
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const again = await retry(await ended(`${id}-1`, 1));
  expect(await again.getState()).toBe('completed');
  expect(again.returnvalue).toBe('nothing to submit: succeeded');
  expect([chargesOf(prompt), submissionsOf(prompt)]).toEqual([1, 1]);
});

it('a submit job retried while its task is generating charges nothing', async () => {
  const prompt = 'retried when generating';
  pool.simulator.script([{ on: 'task', when: { prompt }, fault: { kind: 'stuck' } }]);
  const [id = ''] = await pool.enqueue(prompt);
  await pool.recordWhen(id, ({ state }) => state === 'generating');
  await retry(await ended(`${id}-1`, 1));
  pool.simulator.finish({ prompt });
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  expect([chargesOf(prompt), submissionsOf(prompt)]).toEqual([1, 1]);
});

// @guarantee G1
it('a failed submit job of a dead generation fails again and tells how to redrive it', async () => {
  const prompt = 'retried when dead';
  pool.simulator.script([{ on: 'createTask', when: { prompt, times: 'always' }, fault: { kind: 'code', code: 422 } }]);
  const [id = ''] = await pool.enqueue(prompt);
  await pool.recordWhen(id, ({ state }) => state === 'dead');
  const submitted = submissionsOf(prompt);
  const again = await retry(await ended(`${id}-1`, 1));
  expect(await again.getState()).toBe('failed');
  const logs = await app.inject(`/queues/api/queues/submit/${id}-1/logs`);
  expect(logs.json()).toEqual([expect.stringContaining(`kieq dlq redrive ${id}`)]);
  expect((await pool.ledger.read.generation(id))?.state).toBe('dead');
  expect([chargesOf(prompt), submissionsOf(prompt)]).toEqual([0, submitted]);
});

it('a failed job of a generation whose payment is unknown submits nothing', async () => {
  const prompt = 'retried when unknown';
  pool.simulator.script([{ on: 'createTask', when: { prompt }, fault: { kind: 'cutAfter' } }]);
  const [id = ''] = await pool.enqueue(prompt);
  await pool.recordWhen(id, ({ state }) => state === 'unknown');
  await retry(await ended(`${id}-1`, 1));
  expect((await pool.ledger.read.generation(id))?.state).toBe('unknown');
  expect([chargesOf(prompt), submissionsOf(prompt)]).toEqual([1, 1]);
});

it('a job of a succeeded generation under a foreign id, failed, then retried, charges nothing', async () => {
  const prompt = 'retried under a foreign id';
  const [id = ''] = await pool.enqueue(prompt);
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const vehicle = `by-hand-${id}`;
  await pool.queues.submit.add('by hand', { v: 'unreadable', generation: id }, { jobId: vehicle });
  const failed = await ended(vehicle, 1);
  expect(await failed.getState()).toBe('failed');
  await failed.updateData({ v: 1, generation: id });
  const again = await retry(failed);
  expect(await again.getState()).toBe('completed');
  expect([chargesOf(prompt), submissionsOf(prompt)]).toEqual([1, 1]);
});

// @guarantee G1
it('retrying everything, over and over, charges nothing', async () => {
  const prompts = ['all 1', 'all 2', 'all 3', 'all 4', 'all 5'];
  const ids = await pool.enqueue(...prompts);
  for (const id of ids) await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  for (const id of ids)
    await addVehicle(pool.queues, { vehicle: `again-${id}`, generation: id, queue: 'submit', delayMs: 0 });
  for (const round of [1, 2, 3]) {
    await Promise.all(ids.flatMap((id) => [ended(`${id}-1`, round), ended(`again-${id}`, round)]));
    for (const status of ['completed', 'failed']) {
      expect((await app.inject({ method: 'PUT', url: `/queues/api/queues/submit/retry/${status}` })).statusCode).toBe(
        200,
      );
    }
  }
  await Promise.all(ids.flatMap((id) => [ended(`${id}-1`, 4), ended(`again-${id}`, 4)]));
  for (const prompt of prompts) expect([prompt, chargesOf(prompt), submissionsOf(prompt)]).toEqual([prompt, 1, 1]);
});

it('a queue paused on the board stands beside the gates of the pool', async () => {
  await app.inject({ method: 'PUT', url: '/queues/api/queues/submit/pause' });
  expect((await readStatus(pool.ledger, pool.queues)).pausedQueues).toEqual(['submit']);
  const [id = ''] = await pool.enqueue('enqueued while paused');
  expect((await pool.ledger.read.generation(id))?.state).toBe('queued');
  await app.inject({ method: 'PUT', url: '/queues/api/queues/submit/resume' });
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  expect((await readStatus(pool.ledger, pool.queues)).pausedQueues).toEqual([]);
});
