import { createOutbound, type Outbound } from '@kieq/outbound';
import { describe, test } from 'vitest';
import type { PoolFixture } from '../../src/index.ts';
import { callbackOf, failing, openCallbackPool, openReceiver, order } from './callbacks.ts';
import { redrive, redriveAll } from './support.ts';

async function delivered(pool: PoolFixture, id: string) {
  const { delivery } = await pool.recordWhen(id, (record) => record.delivery?.state === 'delivered');
  return delivery;
}

/** The address is public, and no name server is asked: the address dialled is this machine. */
function publicOutbound(): Outbound {
  const lookup = (): Promise<string[]> => Promise.resolve(['93.184.215.14']);
  return createOutbound({ allowPrivate: false }, { lookup, route: () => '127.0.0.1' });
}

describe.concurrent('a receiver', () => {
  test('that answers 500 for a while is asked again, under the same webhook-id', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'trouble', { timings: { notifyBaseMs: 20 } });
    const receiver = await openReceiver(context, failing(3));
    const { id } = await order(pool, 'stumbles', receiver.url);
    expect(await delivered(pool, id)).toMatchObject({ tries: 3, evidence: { httpStatus: 200 } });
    expect(receiver.received).toHaveLength(4);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ text }) => text)).size).toBe(1);
  });

  test('that is down gets it when it is back', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'trouble', { timings: { notifyBaseMs: 20, notifyCapMs: 100 } });
    const receiver = await openReceiver(context);
    const port = Number(new URL(receiver.url).port);
    await receiver.stop();
    const { id } = await order(pool, 'away', receiver.url);
    const down = await pool.recordWhen(id, ({ delivery }) => (delivery?.tries ?? 0) >= 2);
    expect(down).toMatchObject({ state: 'succeeded', delivery: { evidence: { transport: 'ECONNREFUSED' } } });
    const back = await openReceiver(context, undefined, { port });
    await delivered(pool, id);
    expect(callbackOf(back).body.data.taskId).toBe(id);
  });

  test('that takes too long has failed, and one that never stops talking has answered', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'trouble', { timings: { notifyTimeoutMs: 300, notifyBaseMs: 20 } });
    let hangs = true;
    const receiver = await openReceiver(context, (response) => {
      if (!hangs) {
        const talk = setInterval(() => response.write('x'.repeat(10_000)), 1);
        response.on('close', () => clearInterval(talk));
      }
      hangs = false;
    });
    const { id } = await order(pool, 'endless', receiver.url);
    expect(await pool.recordWhen(id, ({ delivery }) => (delivery?.tries ?? 0) > 0)).toMatchObject({
      delivery: { evidence: { transport: 'ETIMEDOUT' } },
    });
    expect(await delivered(pool, id)).toMatchObject({ evidence: { httpStatus: 200 } });
  });

  test('may ask for a longer pause', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'trouble', { timings: { notifyBaseMs: 20, notifyCapMs: 30_000 } });
    const receiver = await openReceiver(context, (response) => {
      response.writeHead(503, { 'retry-after': '20' }).end();
    });
    const { id } = await order(pool, 'later', receiver.url);
    const { delivery } = await pool.recordWhen(id, (record) => record.delivery?.tries === 1);
    expect((delivery?.dueAt ?? 0) - (await pool.ledger.read.now())).toBeGreaterThan(10_000);
  });

  // @guarantee G7
  test('that redirects to a private address is not followed, nor is a private address called', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'trouble', {
      outbound: publicOutbound(),
      timings: { notifyBaseMs: 20 },
    });
    const receiver = await openReceiver(context, (response, { path }) => {
      response.writeHead(path === '/hook' ? 307 : 200, { location: `${receiver.url}/inside` }).end();
    });
    const { port } = new URL(receiver.url);
    const redirected = await order(pool, 'redirected', `http://receiver.test:${port}/hook`);
    const inside = await order(pool, 'inside', `${receiver.url}/inside`);
    const seen = await Promise.all(
      [redirected, inside].map(({ id }) => pool.recordWhen(id, ({ delivery }) => (delivery?.tries ?? 0) >= 2)),
    );
    for (const { delivery } of seen) expect(delivery?.evidence?.summary).toMatch(/is not allowed: .*must not be/);
    expect(new Set(receiver.received.map(({ path }) => path))).toEqual(new Set(['/hook']));
  });

  // @guarantee G2
  test('that never takes it: dead letter notify_failed beside an unharmed generation, and redrive', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'trouble', { timings: { notifyBaseMs: 20, notifyGiveUpMs: 60 } });
    let status = 500;
    const receiver = await openReceiver(context, (response) => void response.writeHead(status).end());
    const { id } = await order(pool, 'unheard', receiver.url);
    const given = await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'failed');
    expect(given).toMatchObject({ state: 'succeeded', delivery: { deadLetter: { class: 'notify_failed' } } });
    expect(given.deadLetter).toBeUndefined();
    const mirrored = () => pool.queues['dead-letter'].getJob(`${id}-notify`);
    await expect
      .poll(async () => (await mirrored())?.data as unknown, { timeout: 5000 })
      .toMatchObject({
        class: 'notify_failed',
        evidence: { httpStatus: 500 },
        redrive: `kieq dlq redrive ${id} --class notify_failed`,
      });

    // An operator's retry in a dashboard explains the next step, and sends nothing.
    const calls = receiver.received.length;
    const job = await pool.queues.notify.getJob(given.delivery?.vehicle ?? '');
    await expect.poll(() => job?.getState()).toBe('failed');
    await job?.retry();
    const log = () => pool.queues.notify.getJobLogs(given.delivery?.vehicle ?? '');
    await expect.poll(async () => (await log()).logs, { timeout: 5000 }).toEqual([expect.stringContaining(id)]);
    expect(receiver.received).toHaveLength(calls);

    status = 204;
    expect(await redrive(pool, id, { dryRun: true })).toMatchObject({ kind: 'would_resume', state: 'notify' });
    expect(await redrive(pool, id)).toEqual({ kind: 'resumed', id, class: 'notify_failed', state: 'notify' });
    await delivered(pool, id);
    await expect.poll(mirrored, { timeout: 5000 }).toBeUndefined();
    expect(await pool.ledger.read.generation(id)).toMatchObject({ state: 'succeeded', endedAt: given.endedAt });
    const ids = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(1);
  });

  test('that was given up for a failed generation: each dead letter is redriven on its own', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'trouble', { timings: { notifyBaseMs: 20, notifyGiveUpMs: 60 } });
    pool.simulator.script([{ on: 'task', fault: { kind: 'fail', failMsg: 'Content was flagged' } }]);
    let status = 500;
    const receiver = await openReceiver(context, (response) => void response.writeHead(status).end());
    const { id } = await order(pool, 'both', receiver.url);
    await pool.recordWhen(id, ({ delivery, deadLetter }) => delivery?.state === 'failed' && deadLetter !== undefined);
    status = 200;
    expect(await redriveAll(pool, 'notify_failed', { tenant: 'another' })).toEqual([]);
    expect(await redriveAll(pool, 'notify_failed', { tenant: 'default' })).toMatchObject([{ id, state: 'notify' }]);
    await delivered(pool, id);
    expect(await pool.ledger.read.generation(id)).toMatchObject({ deadLetter: { class: 'generation_failed' } });
    expect(await redrive(pool, id)).toMatchObject({ class: 'generation_failed', state: 'queued' });
    await pool.recordWhen(id, ({ state, delivery }) => state === 'succeeded' && delivery?.state === 'delivered');
    expect(receiver.received.map((_, i) => callbackOf(receiver, i).body.data.state).at(-1)).toBe('success');
  });

  test('that is slow does not hold up another', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'trouble', { concurrency: 4, timings: { notifyTimeoutMs: 20_000 } });
    const open: (() => void)[] = [];
    const slow = await openReceiver(context, (response) => void open.push(() => response.end()));
    const quick = await openReceiver(context);
    const waiting = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => order(pool, `slow ${n}`, slow.url)));
    await Promise.all(waiting.map(({ id }) => pool.recordWhen(id, ({ state }) => state === 'succeeded')));
    await expect.poll(() => slow.received.length, { timeout: 5000 }).toBe(1);
    const { id } = await order(pool, 'quick', quick.url);
    await delivered(pool, id);
    // A quarter of four.
    expect(slow.received).toHaveLength(1);
    const letGo = setInterval(() => open.splice(0).forEach((end) => end()), 5);
    await Promise.all(waiting.map((handle) => delivered(pool, handle.id)));
    clearInterval(letGo);
    expect(slow.received).toHaveLength(6);
  });
});

// @guarantee G8
test('a delivery that the end of the grace period cuts counts as no try', async (context) => {
  const { expect } = context;
  const pool = await openCallbackPool(context, 'trouble', { timings: { notifyTimeoutMs: 20_000 } });
  let hangs = true;
  const receiver = await openReceiver(context, (response) => {
    if (!hangs) response.end();
    hangs = false;
  });
  const { id } = await order(pool, 'cut', receiver.url);
  await expect.poll(() => receiver.received.length, { timeout: 5000 }).toBe(1);
  await pool.stopWorkers();
  expect((await pool.ledger.read.generation(id))?.delivery).toMatchObject({ state: 'pending', tries: 0 });
  await pool.addWorker();
  expect(await delivered(pool, id)).toMatchObject({ tries: 0 });
});
