import { describe, test } from 'vitest';
import { testRequest, until } from '../../src/index.ts';
import { charges, inState, numbered, one, openPool, posts, redrive, removeVehicle } from './support.ts';

describe.concurrent('before submission', () => {
  test('cancel while queued; too late afterwards', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'cancel');
    await pool.ledger.gates.pause('test');
    const early = pool.producer.get(await one(pool, 'cancelled'));
    expect(await early.cancel()).toEqual({ cancelled: true });
    expect(await early.cancel()).toEqual({ cancelled: true });
    expect((await early.result()).state).toBe('cancelled');
    await pool.ledger.gates.open('paused');
    const late = pool.producer.get(await one(pool, 'too late'));
    await late.result({ timeoutMs: 10_000 });
    expect(await late.cancel()).toEqual({ cancelled: false, reason: 'too_late', state: 'succeeded' });
    await expect(pool.producer.get('gen_0000000000').cancel()).rejects.toMatchObject({ code: 'not_found' });
    expect(charges(pool)).toEqual({ 'too late': 1 });
    // Its job was taken and ended without acting.
    await until(
      () => pool.queues.submit.getJobState(`${early.id}-1`),
      (state) => state === 'completed',
    );
  });

  test.for(['by the sweeper', 'by the take'])(
    'beyond its deadline it becomes a dead letter, found %s; redrive gives it a fresh one',
    async (by, context) => {
      const { expect } = context;
      const pool = await openPool(context, 'deadline', {
        workers: 0,
        timings: by === 'by the take' ? { sweepMs: 60_000 } : {},
      });
      const handle = await pool.producer.enqueue(testRequest('late'), { deadlineMs: 1500 });
      const { deadlineAt = Infinity } = await pool.recordWhen(handle.id, () => true);
      await until(
        () => Date.now(),
        (now) => now > deadlineAt,
      );
      if (by === 'by the sweeper') await pool.queues.submit.pause();
      await pool.addWorker();
      const dead = await pool.recordWhen(handle.id, ({ state }) => state === 'dead');
      expect(dead).toMatchObject({ attempts: [], deadLetter: { class: 'deadline_exceeded', from: 'queued' } });
      await pool.queues.submit.resume();
      expect(await redrive(pool, handle.id)).toMatchObject({ kind: 'resumed', state: 'queued' });
      expect((await pool.ledger.read.generation(handle.id))?.deadlineAt).toBeGreaterThan(
        dead.deadLetter?.openedAt ?? Infinity,
      );
      expect((await handle.result({ timeoutMs: 10_000 })).state).toBe('succeeded');
      expect(charges(pool)).toEqual({ late: 1 });
    },
  );

  test('a planned start is kept, and its deadline counts from there', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'delay');
    const enqueuedAt = Date.now();
    const handle = await pool.producer.enqueue(testRequest('planned'), { delayMs: 1500, deadlineMs: 1200 });
    expect((await handle.result({ timeoutMs: 10_000 })).state).toBe('succeeded');
    expect((posts(pool, 'planned')[0]?.arrivedAtMs ?? 0) - enqueuedAt).toBeGreaterThanOrEqual(1500);
  });
});

/** How many that were enqueued later were sent before each, in the order of arrival at Kie. */
function overtakers(prompts: readonly string[], sent: readonly string[]): number[] {
  const place = new Map(sent.map((prompt, i) => [prompt, i]));
  return prompts.map(
    (prompt, i) => prompts.slice(i + 1).filter((later) => (place.get(later) ?? 0) < (place.get(prompt) ?? 0)).length,
  );
}

// @guarantee G5
test.concurrent('order: the urgent first, and within a priority none is overtaken by more than twice workers × concurrency', async (context) => {
  const { expect } = context;
  const [WORKERS, CONCURRENCY] = [3, 4];
  const pool = await openPool(context, 'order', {
    workers: WORKERS,
    concurrency: CONCURRENCY,
    settings: { submitLimit: 10, submitWindowMs: 100 },
    simulator: { createLatency: { minMs: 1, maxMs: 30 } },
  });
  pool.simulator.script([{ on: 'createTask', when: { skip: 20, times: 3 }, fault: { kind: 'envelope429' } }]);
  const normal = numbered('normal', 100);
  const urgent = numbered('urgent', 20);
  await pool.enqueue(...normal);
  await pool.simulator.waitUntil(({ created }) => created >= 10);
  const before = pool.simulator.ledger.submissions().length;
  await pool.producer.enqueueMany(urgent.map((prompt) => ({ request: testRequest(prompt), options: { priority: 1 } })));
  await inState(pool, 'succeeded', 120);

  const sent = pool.simulator.ledger
    .submissions()
    .filter(({ decision }) => decision === 'created')
    .map(({ prompt }) => prompt);
  const bound = 2 * WORKERS * CONCURRENCY;
  expect(Math.max(...overtakers(normal, sent))).toBeLessThanOrEqual(bound);
  expect(Math.max(...overtakers(urgent, sent))).toBeLessThanOrEqual(bound);
  // Normal ones that were sent after the urgent were enqueued and before the last of them: only what was taken already.
  const lastUrgent = sent.findLastIndex((prompt) => prompt.startsWith('urgent'));
  const between = sent.slice(before, lastUrgent).filter((prompt) => prompt.startsWith('normal'));
  expect(between.length).toBeLessThanOrEqual(bound);
  expect(new Set(Object.values(charges(pool)))).toEqual(new Set([1]));
});

// @guarantee G5
test.concurrent('a later vehicle keeps the priority that the caller chose', async (context) => {
  const { expect } = context;
  const pool = await openPool(context, 'order');
  pool.simulator.script([{ on: 'createTask', when: { times: 2 }, fault: { kind: 'code', code: 505 } }]);
  const handle = await pool.producer.enqueue(testRequest('urgent'), { priority: 3 });
  await pool.recordWhen(handle.id, ({ state }) => state === 'dead');
  await pool.ledger.gates.pause('look at the job');
  await redrive(pool, handle.id);
  const { vehicle } = await pool.recordWhen(handle.id, ({ state }) => state === 'queued');
  expect((await pool.queues.submit.getJob(vehicle))?.opts.priority).toBe(3);
  await removeVehicle(pool, 'submit', vehicle);
  const revived = await pool.recordWhen(handle.id, (record) => record.vehicle !== vehicle);
  const job = await until(
    () => pool.queues.submit.getJob(revived.vehicle),
    () => true,
  );
  expect(job).toMatchObject({ name: 'kling-2.6/image-to-video', opts: { priority: 3 } });
});

describe.concurrent('the handle', () => {
  test('result waits for the end, gives up after its timeout, and follows its signal', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'handle');
    await pool.ledger.gates.pause('test');
    const handle = await pool.producer.enqueue(testRequest('waited for'), { metadata: { order: '7', customer: '' } });
    await expect(handle.result({ timeoutMs: 50 })).rejects.toMatchObject({
      name: 'ProducerError',
      code: 'timeout',
      message: expect.stringContaining('still queued'),
    });
    const controller = new AbortController();
    const aborted = handle.result({ signal: controller.signal });
    controller.abort(new Error('the caller has gone'));
    await expect(aborted).rejects.toThrow('the caller has gone');
    await expect(handle.result({ signal: AbortSignal.abort(new Error('gone before')) })).rejects.toThrow('gone before');
    await expect(pool.producer.get('gen_0000000000').result()).rejects.toMatchObject({ code: 'not_found' });

    const waiting = [handle.result({ timeoutMs: 10_000 }), pool.producer.get(handle.id).result({ timeoutMs: 10_000 })];
    await pool.ledger.gates.open('paused');
    for (const view of await Promise.all(waiting)) {
      expect(view).toMatchObject({
        state: 'succeeded',
        attempts: 1,
        creditsConsumed: 55,
        metadata: { order: '7', customer: '' },
      });
      expect(view.resultUrls).toHaveLength(1);
    }
  });

  test('result of a dead generation says why', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'handle');
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'code', code: 505 } }]);
    const view = await pool.producer.get(await one(pool, 'off')).result({ timeoutMs: 10_000 });
    expect(view).toMatchObject({
      state: 'dead',
      deadLetter: { class: 'model_unavailable', summary: expect.stringContaining('switched off') },
      resultUrls: [],
    });
  });

  test('events have every change until the end, and end with their signal', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'handle');
    await pool.ledger.gates.pause('test');
    const handle = await pool.producer.enqueue(testRequest('watched'));
    const seen: string[] = [];
    for await (const { state, event } of handle.events()) {
      seen.push(`${event}: ${state}`);
      if (event === 'now') await pool.ledger.gates.open('paused');
    }
    expect(seen).toEqual(['now: queued', 'admitted: submitting', 'accepted: generating', 'verdict: succeeded']);

    await pool.ledger.gates.pause('test');
    const other = await pool.producer.enqueue(testRequest('left alone'));
    const controller = new AbortController();
    const states: string[] = [];
    for await (const { state } of other.events({ signal: controller.signal })) {
      states.push(state);
      controller.abort();
    }
    expect(states).toEqual(['queued']);
  });
});
