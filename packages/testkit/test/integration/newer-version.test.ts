import { addArchive, adopt, createFleetMetrics, detailsOf, readFleet, readStatus } from '@kieq/queue';
import { createMetrics } from '@kieq/telemetry';
import { Queue } from 'bullmq';
import { describe, inject, test } from 'vitest';
import {
  closeNewerGate,
  NEWER_WORD,
  openNewerDeadLetter,
  runningTask,
  testRequest,
  until,
  type LedgerPlace,
  type PoolFixture,
} from '../../src/index.ts';
import { openArchivePool } from './archive.ts';
import { openCallbackPool, openReceiver, order } from './callbacks.ts';
import { charges, inState, one, openKie, openPool, redrive } from './support.ts';

const placeOf = ({ redis, ledger }: PoolFixture): LedgerPlace => ({ redis: redis.client, root: ledger.root });

describe.concurrent('a pool in which a newer version has written', () => {
  test('goes on: other generations are submitted, polled and delivered', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'newer', { workers: 0, timings: { sweepMs: 20 } });
    const [theirs = ''] = await pool.enqueue('theirs');
    await openNewerDeadLetter(placeOf(pool), theirs);
    const [strange = ''] = await pool.enqueue('strange');
    await openNewerDeadLetter(placeOf(pool), strange, NEWER_WORD);
    for (const id of [theirs, strange]) await pool.redis.client.zadd(`${pool.ledger.root}watch`, 1, id);
    const ours = await one(pool, 'ours');
    await pool.addWorker();
    await pool.recordWhen(ours, ({ state }) => state === 'succeeded');
    const mirrored = await pool.queues['dead-letter'].getJob(`${theirs}-letter`);
    expect(mirrored).toMatchObject({ name: NEWER_WORD, data: { class: NEWER_WORD } });
    expect(mirrored?.data).toMatchObject({ advice: expect.stringContaining('newer version'), redrive: '' });
    expect(charges(pool)).toEqual({ ours: 1 });
  });

  test('is shown unchanged: status, metrics, details, and to its producer', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'newer', { workers: 0 });
    const id = await one(pool, 'theirs');
    await openNewerDeadLetter(placeOf(pool), id);
    await closeNewerGate(placeOf(pool));
    const status = await readStatus(pool.ledger, pool.queues);
    expect(status).toMatchObject({
      binding: NEWER_WORD,
      gates: [{ reason: NEWER_WORD, mode: NEWER_WORD }],
      deadLetters: { [NEWER_WORD]: 1, task_lost: 0 },
    });
    const record = await pool.recordWhen(id, ({ state }) => state === 'dead');
    expect(detailsOf(record)).toMatchObject({
      attempts: [{ outcome: NEWER_WORD }],
      deadLetter: { class: NEWER_WORD, resumesAt: null, payAgainResumesAt: null, goOn: [] },
    });
    expect(await pool.producer.get(id).result({ timeoutMs: 1000 })).toMatchObject({
      state: 'dead',
      deadLetter: { class: NEWER_WORD },
    });
  });

  test('has its words as labels of metrics, not more than a few, and zero when they are over', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'newer', { workers: 0 });
    await openNewerDeadLetter(placeOf(pool), await one(pool, 'theirs'));
    await closeNewerGate(placeOf(pool));
    const many = Array.from({ length: 100 }, (_, i) => [`letter:newer_${i}`, 1, `gate:newer_${i}`, 1]).flat();
    const metrics = createMetrics();
    const source = { ledger: pool.ledger, queues: pool.queues, redis: pool.redis.client };
    createFleetMetrics(metrics, () => readFleet(source));
    const scrape = (): Promise<string> => metrics.registry.metrics();
    expect(await scrape()).toContain(`kieq_gate_closed{reason="${NEWER_WORD}"} 1`);
    expect(await scrape()).toContain(`kieq_dead_letters{class="${NEWER_WORD}"} 1`);
    expect(await scrape()).toContain(`kieq_pool_events_total{event="letter:${NEWER_WORD}"} 1`);
    await pool.redis.client.hdel(`${pool.ledger.root}gates`, NEWER_WORD);
    await pool.redis.client.unlink(`${pool.ledger.root}letters:${NEWER_WORD}`);
    expect(await scrape()).toContain(`kieq_gate_closed{reason="${NEWER_WORD}"} 0`);
    expect(await scrape()).toContain(`kieq_dead_letters{class="${NEWER_WORD}"} 0`);
    await pool.redis.client.hset(`${pool.ledger.root}stats`, ...many);
    const text = await scrape();
    expect(text.match(/^kieq_gate_closed\{/gm)?.length).toBeLessThan(40);
    expect(text.match(/^kieq_dead_letters\{/gm)?.length).toBeLessThan(40);
  });

  test('keeps its dead letters: this version does not resume, adopt or purge them', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'newer', { workers: 0 });
    const id = await one(pool, 'theirs');
    await openNewerDeadLetter(placeOf(pool), id);
    const reason = expect.stringContaining('newer version of kieq');
    expect(await redrive(pool, id)).toMatchObject({ kind: 'not_possible', reason });
    expect(await redrive(pool, id, { payAgain: true })).toMatchObject({ kind: 'not_possible', reason });
    const { ledger, queues, timings } = pool;
    const options = { ledger, queues, timings, kie: openKie(context, pool), confirm: true, by: 'a test' };
    expect(await adopt(options, id, 'task-1')).toMatchObject({ kind: 'refused', reason });
    expect(await ledger.read.deadLetterCounts()).toMatchObject({ [NEWER_WORD]: 1 });
  });

  test('is submitted to again when a person has opened the gate', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'newer', { workers: 0 });
    await closeNewerGate(placeOf(pool));
    const id = await one(pool, 'held back');
    const [gate] = await pool.ledger.gates.closed();
    expect(await pool.ledger.gates.open(gate?.reason ?? 'paused')).toEqual({ kind: 'opened' });
    await pool.addWorker();
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  });
});

/** The worker has taken the job and put it off. */
function putOff(queue: Queue, jobId: string): Promise<unknown> {
  return until(
    () => queue.getJobState(jobId),
    (state) => state === 'delayed',
  );
}

describe.concurrent('what a newer version has in hand', () => {
  test('a callback is not sent', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'newer', { workers: 0 });
    const receiver = await openReceiver(context);
    const handle = await order(pool, 'cancelled', receiver.url);
    await handle.cancel();
    await pool.redis.client.hset(`${pool.ledger.root}gen:${handle.id}`, 'noticeState', NEWER_WORD);
    await pool.addWorker();
    await putOff(pool.queues.notify, `${handle.id}-1`);
    expect(receiver.received).toEqual([]);
    expect((await pool.ledger.read.generation(handle.id))?.delivery?.state).toBe(NEWER_WORD);
  });

  test('a result is not saved', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'newer', { workers: 0 });
    const { id, taskId } = await runningTask(pool);
    const verdict = { state: 'success', resultUrls: ['https://example.com/v.mp4'] } as const;
    const times = { polled: true, vehicleCheckMs: 60_000 };
    const settled = await pool.ledger.settle({
      id,
      taskId,
      verdict,
      archive: 'wait',
      evidence: { summary: '' },
      ...times,
    });
    const next = settled.kind === 'settled' ? settled.archive : undefined;
    if (next === undefined) throw new Error(`nothing to save: ${settled.kind}`);
    await pool.redis.client.hset(`${pool.ledger.root}gen:${id}`, 'archiveState', NEWER_WORD);
    await addArchive(pool.queues, id, next);
    await pool.addWorker();
    await putOff(pool.queues.archive, next.vehicle);
    expect((await pool.ledger.read.generation(id))?.archiving).toMatchObject({ state: NEWER_WORD, tries: 0 });
  });
});

describe.concurrent('a job of a newer producer', () => {
  test('with a field that this version does not know carries its generation all the same', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'newer', { workers: 0 });
    const { id } = await pool.producer.enqueue(testRequest('newer field'));
    const job = await pool.queues.submit.getJob(`${id}-1`);
    await job?.updateData({ ...job.data, [NEWER_WORD]: true });
    await pool.addWorker();
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges(pool)).toEqual({ 'newer field': 1 });
    expect((await pool.ledger.read.deadLetterCounts()).invalid_request).toBe(0);
  });

  test('makes no record here: what the field asks for would be lost without a word', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'newer');
    const { hostname: host, port } = new URL(inject('redisUrl'));
    const queue = new Queue('submit', { connection: { host, port: Number(port) }, prefix: pool.redis.prefix });
    context.onTestFinished(() => queue.close());
    const data = { v: 1, generation: 'gen_0000000000', request: testRequest('newer'), [NEWER_WORD]: true };
    await queue.add('x', data, { jobId: 'gen_0000000000-1' });
    await inState(pool, 'dead', 1);
    expect((await pool.ledger.read.deadLetterCounts()).invalid_request).toBe(1);
    expect(await pool.ledger.read.generation('gen_0000000000')).toBeUndefined();
  });
});
