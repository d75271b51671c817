import { describe, test } from 'vitest';
import { testRequest, until, type PoolFixture } from '../../src/index.ts';
import { ACCOUNT, charges, inState, numbered, one, openPool, posts, records, redrive } from './support.ts';

const held = { on: 'createTask', fault: { kind: 'hold' } } as const;

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
    'beyond its deadline it dies, found %s; redrive gives it a fresh one',
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
      expect(dead).toMatchObject({ attempts: [], letter: { class: 'deadline_exceeded', from: 'queued' } });
      await pool.queues.submit.resume();
      expect(await redrive(pool, handle.id)).toMatchObject({ kind: 'resumed', state: 'queued' });
      expect((await pool.ledger.read.generation(handle.id))?.deadlineAt).toBeGreaterThan(
        dead.letter?.openedAt ?? Infinity,
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

test.concurrent('order: the urgent first, and within a priority nobody is overtaken by more than twice workers × concurrency', async (context) => {
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

  test('result of a dead generation tells why', async (context) => {
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

  test('events tell every change until the end, and end with their signal', async (context) => {
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

/** Removes the job for good: it may still have to be added, or be in a worker's hands for a moment. */
async function removeVehicle(pool: PoolFixture, name: 'submit' | 'poll', vehicle: string): Promise<void> {
  const queue = pool.queues[name];
  await until(
    () => queue.getJob(vehicle),
    () => true,
  );
  await until(
    () => queue.remove(vehicle).then(() => queue.getJobState(vehicle)),
    (state) => state === 'unknown',
  );
}

describe.concurrent('the sweeper', () => {
  test('revives a generation whose submit job has vanished', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'sweep', { timings: { vehicleCheckMs: 200 } });
    await pool.ledger.gates.pause('test');
    const handle = await pool.producer.enqueue(testRequest('vanished'));
    await removeVehicle(pool, 'submit', `${handle.id}-1`);
    await pool.ledger.gates.open('paused');
    // The producer asks for the first check after two minutes: the test makes it due now.
    await pool.redis.client.zadd(`${pool.ledger.root}watch`, 'XX', Date.now(), handle.id);
    expect((await handle.result({ timeoutMs: 10_000 })).state).toBe('succeeded');
    expect((await pool.ledger.read.generation(handle.id))?.vehicle).toBe(`${handle.id}-3`);
    expect(charges(pool)).toEqual({ vanished: 1 });
  });

  test('revives a task whose poll job has vanished', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'sweep', { timings: { pollFirstMs: 1500, vehicleCheckMs: 200 } });
    const id = await one(pool, 'vanished');
    const { vehicle } = await pool.recordWhen(id, ({ state }) => state === 'generating');
    await removeVehicle(pool, 'poll', vehicle);
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.vehicle).not.toBe(vehicle);
    expect(posts(pool, 'vanished')).toHaveLength(1);
    expect(charges(pool)).toEqual({ vanished: 1 });
  });

  test.for([
    { what: 'by the sweeper, its job gone', withJob: false },
    { what: 'with its job still there', withJob: true },
  ])(
    'ends an abandoned attempt: unknown, and never submitted by another worker, $what',
    async ({ withJob }, context) => {
      const { expect } = context;
      const pool = await openPool(context, 'sweep', { workers: 0, settings: { submitTimeoutMs: 100 } });
      const id = await one(pool, 'abandoned');
      const admission = {
        id,
        tokenHash: 'a-hash',
        vehicle: `${id}-1`,
        account: ACCOUNT,
        worker: 'a worker that is gone',
        sendBeforeMs: 50,
        leaseGraceMs: 50,
      };
      expect(await pool.ledger.admit(admission)).toMatchObject({ ok: 'admitted' });
      if (!withJob) await removeVehicle(pool, 'submit', `${id}-1`);
      await pool.addWorker();
      const record = await pool.recordWhen(id, ({ state }) => state === 'unknown');
      expect(record.attempts).toMatchObject([{ outcome: 'expired', worker: 'a worker that is gone' }]);
      await until(
        () => pool.queues.submit.getJobCounts('prioritized', 'active', 'delayed'),
        (counts) => Object.values(counts).every((count) => count === 0),
      );
      expect(posts(pool, 'abandoned')).toEqual([]);
    },
  );

  test('mirrors open dead letters into their queue, and drops closed ones', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'sweep', { settings: { unknownWindowMs: 100 } });
    pool.simulator.script([
      { on: 'createTask', when: { prompt: 'off' }, fault: { kind: 'code', code: 505 } },
      { on: 'createTask', when: { prompt: 'lost' }, fault: { kind: 'cutAfter' } },
    ]);
    const [off = '', lost = ''] = await pool.enqueue('off', 'lost');
    const queue = pool.queues['dead-letter'];
    await until(
      () => queue.getJobCounts('waiting'),
      ({ waiting }) => waiting === 2,
    );
    expect((await queue.getJob(`${off}-letter`))?.data).toMatchObject({
      generation: off,
      class: 'model_unavailable',
      attempts: 1,
      task: null,
      redrive: `kieq dlq redrive ${off}`,
    });
    expect((await queue.getJob(`${lost}-letter`))?.data).toMatchObject({
      class: 'payment_unknown',
      advice: expect.stringContaining('adopt'),
    });
    await redrive(pool, off);
    await until(
      () => queue.getJobCounts('waiting'),
      ({ waiting }) => waiting === 1,
    );
    expect(
      (await queue.getJobs(['waiting'])).map(({ data }: { data: { generation: string } }) => data.generation),
    ).toEqual([lost]);
  });
});

describe.concurrent('a worker that stops', () => {
  test('lets active calls end, takes nothing new, and loses nothing', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'stop', { workers: 0, concurrency: 3, settings: { submitTimeoutMs: 10_000 } });
    pool.simulator.script([{ ...held, when: { times: 3 } }]);
    const worker = await pool.addWorker();
    const running = await pool.enqueue(...numbered('running', 3));
    await pool.simulator.waitUntil((counts) => counts.held === 3);
    expect(worker.active().submit).toBe(3);
    const stopped = worker.stop();
    const later = await pool.enqueue(...numbered('later', 3));
    pool.simulator.release();
    await stopped;
    expect((await records(pool, running)).map(({ state }) => state)).toEqual([
      'generating',
      'generating',
      'generating',
    ]);
    expect((await records(pool, later)).map(({ attempts }) => attempts.length)).toEqual([0, 0, 0]);
    await pool.addWorker();
    await inState(pool, 'succeeded', 6);
    expect(new Set(Object.values(charges(pool)))).toEqual(new Set([1]));
    expect(pool.simulator.ledger.submissions()).toHaveLength(6);
  });

  test('again and again in the middle of a backlog: each generation is still sent once', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'stop', { workers: 0, concurrency: 5 });
    await pool.enqueue(...numbered('n', 60));
    for (let round = 0; round < 4; round += 1) {
      const worker = await pool.addWorker();
      await pool.simulator.waitUntil(({ created }) => created >= 8 * (round + 1));
      await worker.stop();
      expect((await pool.ledger.read.stateCounts()).submitting).toBe(0);
    }
    await pool.addWorker();
    await inState(pool, 'succeeded', 60);
    expect(pool.simulator.ledger.submissions()).toHaveLength(60);
    expect(pool.simulator.ledger.chargesByPrompt().size).toBe(60);
  });

  test('because the pool belongs to another account: it submits nothing and gives its job back', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'account', { workers: 0, settings: { accountFingerprint: 'somebody-else' } });
    const ids = await pool.enqueue('first', 'second');
    const worker = await pool.addWorker();
    await until(
      () => pool.queues.submit.getJob(`${ids[0]}-1`),
      ({ attemptsStarted }) => attemptsStarted > 0,
    );
    await worker.stop();
    expect(pool.simulator.ledger.submissions()).toEqual([]);
    expect((await records(pool, ids)).map(({ state, attempts }) => [state, attempts.length])).toEqual([
      ['queued', 0],
      ['queued', 0],
    ]);
    expect(await pool.queues.submit.getJobCounts('prioritized', 'active', 'failed')).toEqual({
      prioritized: 2,
      active: 0,
      failed: 0,
    });
  });
});
