import { Writable } from 'node:stream';
import { createLogger } from '@kieq/telemetry';
import { describe, test } from 'vitest';
import { testRequest, until } from '../../src/index.ts';
import {
  ACCOUNT,
  charges,
  inState,
  numbered,
  one,
  openPool,
  posts,
  records,
  redrive,
  removeVehicle,
} from './support.ts';

const held = { on: 'createTask', fault: { kind: 'hold' } } as const;

function actions(lines: readonly string[]): unknown[] {
  const swept = lines.map((line): { msg?: unknown; action?: unknown } => JSON.parse(line));
  return swept.filter(({ msg }) => msg === 'swept').map(({ action }) => action);
}

function failures(lines: readonly string[]): number {
  return lines.filter((line) => line.includes('sweeping one generation failed')).length;
}

describe.concurrent('the sweeper', () => {
  // @guarantee G2
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

  // @guarantee G2
  test('pauses between rounds also when many dead letters cannot be mirrored', async (context) => {
    const { expect } = context;
    const lines: string[] = [];
    const destination = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
    const logger = createLogger({ name: 'test', destination });
    const pool = await openPool(context, 'no-mirror', { workers: 0, timings: { sweepMs: 60_000 }, logger });
    // More than one round handles.
    const ids = numbered('letter', 250).map((name) => `gen_${name.replace(' ', '')}`);
    const deadLetter = { class: 'invalid_request', evidence: { summary: 'of the test' } } as const;
    await Promise.all(ids.map((id) => pool.ledger.kill({ id, ...deadLetter, vehicle: `${id}-1`, payload: '{}' })));
    await pool.redis.client.set(`${pool.redis.prefix}:dead-letter:wait`, 'no list');
    await pool.addWorker();
    await until(
      () => failures(lines),
      (count) => count >= 50,
    );
    // Enough for another round or two, which would begin at once.
    await Promise.all(numbered('meanwhile', 20).map((prompt) => pool.enqueue(prompt)));
    await inState(pool, 'succeeded', 20);
    expect(failures(lines)).toBe(50);
  });

  // @guarantee G2
  test('calls an abandoned attempt unknown before it checks jobs that were due long before', async (context) => {
    const { expect } = context;
    const lines: string[] = [];
    const destination = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
    const logger = createLogger({ name: 'test', destination });
    const settings = { submitTimeoutMs: 1 };
    const pool = await openPool(context, 'urgent', { workers: 0, settings, timings: { sweepMs: 60_000 }, logger });
    const abandoned = await one(pool, 'abandoned');
    const times = { sendBeforeMs: 1, leaseGraceMs: 1, uploadFreshMs: 1000 };
    const attempt = { id: abandoned, tokenHash: 'a-hash', vehicle: `${abandoned}-1`, account: ACCOUNT, worker: 'gone' };
    expect(await pool.ledger.admit({ ...attempt, ...times })).toMatchObject({ kind: 'admitted' });
    await pool.ledger.gates.pause('test');
    // More than one round takes.
    const checked = await pool.enqueue(...numbered('checked', 120));
    await Promise.all([abandoned, ...checked].map((id) => removeVehicle(pool, 'submit', `${id}-1`)));
    const watch = `${pool.ledger.root}watch`;
    await Promise.all(checked.map((id, i) => pool.redis.client.zadd(watch, 1 + i, id)));
    await pool.redis.client.zadd(watch, 1000, abandoned);
    await pool.addWorker();
    const found = await until(
      () => actions(lines),
      ({ length }) => length === 121,
    );
    expect(found.indexOf('expired')).toBe(0);
  });

  // @guarantee G3
  test('replaces a poll job that sleeps beyond its time: the worker that parked it had a wrong clock', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'skew', {
      simulator: { generation: { kind: 'fixed', ms: 600 } },
      // Time enough to change the job before it is due.
      schedule: { priorMedianMs: 3000 },
    });
    const id = await one(pool, 'slept');
    const { vehicle } = await pool.recordWhen(id, ({ state }) => state === 'generating');
    const job = await until(
      () => pool.queues.poll.getJob(vehicle),
      () => true,
    );
    // As if its worker's clock were an hour fast.
    await until(
      () =>
        job.changeDelay(3_600_000).then(
          () => true,
          () => undefined,
        ),
      () => true,
    );
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.vehicle).not.toBe(vehicle);
    expect(charges(pool)).toEqual({ slept: 1 });
  });

  // @guarantee G2
  test('revives a task whose poll job has vanished', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'sweep', {
      timings: { vehicleCheckMs: 200 },
      schedule: { priorMedianMs: 3000 },
    });
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
        uploadFreshMs: 1000,
      };
      expect(await pool.ledger.admit(admission)).toMatchObject({ kind: 'admitted' });
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
  // @guarantee G8
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

  // @guarantee G1
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
