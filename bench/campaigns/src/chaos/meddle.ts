import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { call, type HttpAnswer, type HttpCall } from './http.ts';
import { someIds, someOf, type DeedOf, type Scene } from './scene.ts';
import { DASHBOARD_USER } from './secrets.ts';

/** Retries jobs of `submit` one by one, whatever they were and became. */
export async function retryOnBoard(scene: Scene, { count }: DeedOf<'board-retry'>): Promise<void> {
  const { submit } = scene.world.pool.queues;
  const jobs = someOf(scene, await submit.getJobs(['completed', 'failed'], 0, 99), count);
  await Promise.all(jobs.map((job) => put(scene, 'board retry', `submit/${encodeURIComponent(job.id ?? '')}/retry`)));
}

export async function retryAllOnBoard(scene: Scene, { queue }: DeedOf<'board-retry-all'>): Promise<void> {
  await put(scene, 'board retry all', `${queue}/retry/failed`);
  await put(scene, 'board retry all', `${queue}/retry/completed`);
}

/** Promotes delayed jobs: polls, retries and deliveries. */
export async function promoteOnBoard(scene: Scene, { count }: DeedOf<'board-promote'>): Promise<void> {
  const { queues } = scene.world.pool;
  for (const name of ['submit', 'poll', 'notify'] as const) {
    const jobs = someOf(scene, await queues[name].getJobs(['delayed'], 0, 99), count);
    await Promise.all(
      jobs.map((job) => put(scene, 'board promote', `${name}/${encodeURIComponent(job.id ?? '')}/promote`)),
    );
  }
}

export async function pauseOnBoard(scene: Scene, { queue, forMs }: DeedOf<'board-pause'>): Promise<void> {
  await put(scene, 'board pause', `${queue}/pause`);
  await sleep(forMs);
  await put(scene, 'board resume', `${queue}/resume`);
}

async function put(scene: Scene, what: string, path: string): Promise<void> {
  const answer = await onDashboard(scene, `/queues/api/queues/${path}`, { method: 'PUT' });
  if (answer !== undefined && answer.status < 300) scene.count(what);
}

function onDashboard({ world }: Scene, path: string, request: HttpCall): Promise<HttpAnswer | undefined> {
  const login = Buffer.from(`${DASHBOARD_USER}:${world.secrets.dashboardPassword}`).toString('base64');
  const headers = { authorization: `Basic ${login}` };
  return call(`${world.fleet.dashboard.now()?.url}${path}`, { ...request, headers });
}

/** Second jobs for generations that have one: in every queue, under ids of their own. */
export async function duplicateJobs(scene: Scene, { count }: DeedOf<'duplicate'>): Promise<void> {
  const { queues, ledger } = scene.world.pool;
  for (const generation of someIds(scene, count)) {
    // A job that names a generation which does not exist yet opens a dead letter: the name must be unknown.
    if ((await ledger.read.generation(generation)) === undefined) continue;
    const data = { v: 1, generation };
    const jobId = `by-hand-${randomUUID()}`;
    await queues.submit.add('by hand', data, { jobId, priority: scene.dice.between(1, 100) });
    await queues.poll.add('by hand', data, { jobId });
    await queues.poll.add('by hand', { ...data, claim: `unknown-task-${jobId}` }, { jobId: `claim-${jobId}` });
    await queues.notify.add('by hand', data, { jobId });
    scene.count('jobs by hand', 4);
  }
}

const deadLetters = z.object({ items: z.array(z.object({ generation: z.string(), class: z.string() })) });

/** Redrives some open dead letters through the gateway; redrives that pay again are recorded before the request. */
export async function redriveSome(scene: Scene, { count, payAgain }: DeedOf<'redrive'>): Promise<void> {
  const listed = deadLetters.safeParse((await asOperator(scene, '/v1/dead-letters?limit=100'))?.body);
  const open = listed.success ? listed.data.items : [];
  const wanted = payAgain ? open.filter((deadLetter) => deadLetter.class === 'payment_unknown') : open;
  for (const { generation, class: deadLetterClass } of someOf(scene, wanted, count)) {
    const order = scene.book.byId(generation);
    // Its charges could not be counted against its order.
    if (payAgain && order === undefined) continue;
    if (payAgain && order !== undefined) order.paidAgain += 1;
    const body = { class: deadLetterClass, payAgain };
    const answer = await asOperator(scene, `/v1/dead-letters/${generation}/redrive`, { method: 'POST', body });
    if (answer?.status === 200) scene.count(payAgain ? 'redrive, paid again' : 'redrive');
  }
}

export async function cancelSome(scene: Scene, { count }: DeedOf<'cancel'>): Promise<void> {
  for (const id of someIds(scene, count, 20)) {
    const answer = await asOperator(scene, `/v1/generations/${id}`, { method: 'DELETE' });
    if (answer?.status !== 200) continue;
    scene.count('cancelled');
    const order = scene.book.byId(id);
    if (order !== undefined) order.cancelled = true;
  }
}

function asOperator({ world }: Scene, path: string, request: HttpCall = {}): Promise<HttpAnswer | undefined> {
  const headers = { authorization: `Bearer ${world.secrets.gatewayKeys['*']}` };
  return call(world.gatewayUrl + path, { ...request, headers });
}
