import { verifyWebhook } from '@kieq/kie';
import { Webhook } from 'standardwebhooks';
import { describe, test } from 'vitest';
import { inState, numbered, redrive } from './support.ts';
import { testRequest } from '../../src/index.ts';
import { callbackOf, failing, openCallbackPool, openReceiver, order } from './callbacks.ts';

describe.concurrent('a callback', () => {
  test('reports a success as Kie does, signed in both ways', async (context) => {
    const { expect } = context;
    const secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
    const [pool, receiver] = [
      await openCallbackPool(context, 'notify', { webhookSecret: secret }),
      await openReceiver(context),
    ];
    const { id } = await order(pool, 'told', `${receiver.url}/hook?a=b`);
    const record = await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
    expect(receiver.received).toHaveLength(1);
    const { path, headers, body, text } = callbackOf(receiver);
    expect({ path, type: headers['content-type'] }).toEqual({ path: '/hook?a=b', type: 'application/json' });
    expect(body).toMatchObject({ code: 200, msg: 'success' });
    expect(body.data).toMatchObject({ taskId: id, state: 'success', completeTime: record.endedAt, failCode: null });
    expect(JSON.parse(body.data.resultJson ?? '')).toEqual({ resultUrls: record.verdict?.resultUrls });
    expect(JSON.parse(body.data.param)).toMatchObject({ callBackUrl: `${receiver.url}/hook?a=b` });
    expect(new Webhook(secret).verify(text, headers)).toEqual(body);
    expect(verifyWebhook({ headers, body, key: secret, nowMs: Date.now() })).toEqual({ ok: true, taskId: id });
  });

  test("reports Kie's failure, unsigned without a secret", async (context) => {
    const { expect } = context;
    const [pool, receiver] = [await openCallbackPool(context, 'notify'), await openReceiver(context)];
    pool.simulator.script([{ on: 'task', fault: { kind: 'fail', failCode: '500', failMsg: 'Content was flagged' } }]);
    const failed = await order(pool, 'flagged', receiver.url);
    await pool.recordWhen(failed.id, ({ delivery }) => delivery?.state === 'delivered');
    expect(callbackOf(receiver).body).toMatchObject({
      code: 501,
      msg: 'Content was flagged',
      data: { taskId: failed.id, state: 'fail', failCode: '500', failMsg: 'Content was flagged', resultJson: null },
    });
    expect(callbackOf(receiver).headers['webhook-signature']).toBeUndefined();
  });

  test('reports a cancelled generation', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'notify');
    const receiver = await openReceiver(context);
    await pool.ledger.gates.pause('test');
    const cancelled = await order(pool, 'not wanted', receiver.url);
    await cancelled.cancel();
    await pool.recordWhen(cancelled.id, ({ delivery }) => delivery?.state === 'delivered');
    expect(callbackOf(receiver).body.data).toMatchObject({ taskId: cancelled.id, failCode: 'cancelled' });
  });

  // @guarantee G2
  test("reports a refusal at once with Kie's own words, whatever the hold, and of its later success", async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'notify', { settings: { holdMs: 86_400_000 } });
    const receiver = await openReceiver(context);
    const off = { kind: 'code', code: 505, msg: 'Model is offline' } as const;
    pool.simulator.script([{ on: 'createTask', fault: off }]);
    const { id } = await order(pool, 'off', receiver.url);
    await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
    const { body } = callbackOf(receiver);
    expect(body).toMatchObject({ code: 501, data: { state: 'fail', failCode: '505' } });
    expect(body.msg).toMatch(/^Model is offline \(.*Nothing was charged/);

    const warning = expect.stringContaining('reported to the caller');
    expect(await redrive(pool, id, { dryRun: true })).toMatchObject({ kind: 'would_resume', warning });
    expect(await redrive(pool, id)).toMatchObject({ kind: 'resumed', state: 'queued', warning });
    await pool.recordWhen(id, ({ state, delivery }) => state === 'succeeded' && delivery?.state === 'delivered');
    expect(callbackOf(receiver, 1).body.data).toMatchObject({ taskId: id, state: 'success' });
  });

  // @guarantee G2
  test('reports a held generation only when its hold is over, and of its later success', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'notify', {
      settings: { holdMs: 300, unknownWindowMs: 1200 },
      simulator: { callback: { retries: 0 } },
    });
    const receiver = await openReceiver(context);
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'cutAfter' } }]);
    const { id } = await order(pool, 'off', receiver.url);
    const held = await pool.recordWhen(id, ({ delivery }) => delivery !== undefined);
    expect(held.delivery?.dueAt).toBe((held.deadLetter?.openedAt ?? 0) + 300);
    await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
    expect(await pool.ledger.read.now()).toBeGreaterThanOrEqual((held.delivery?.dueAt ?? 0) - 50);
    expect(callbackOf(receiver).body.data).toMatchObject({ state: 'fail', failCode: 'payment_unknown' });

    expect(await redrive(pool, id, { payAgain: true })).toMatchObject({ kind: 'resumed', state: 'queued' });
    await pool.recordWhen(id, ({ state, delivery }) => state === 'succeeded' && delivery?.state === 'delivered');
    expect(callbackOf(receiver, 1).body.data).toMatchObject({ taskId: id, state: 'success' });
    const [first, second] = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(first).not.toBe(second);
  });

  test('reports one that the sweeper made a dead letter, at once where nothing is held', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'notify', { settings: { holdMs: 0 } });
    const receiver = await openReceiver(context);
    await pool.ledger.gates.pause('test');
    const { id } = await pool.producer.enqueue(testRequest('late'), { callBackUrl: receiver.url, deadlineMs: 1 });
    await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
    expect(callbackOf(receiver).body).toMatchObject({ code: 501, data: { failCode: 'deadline_exceeded' } });
  });

  test('reports only the success where a lost response is paid again, held or not', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'notify', {
      settings: { holdMs: 0, unknownWindowMs: 1200 },
      worker: { onUnknown: 'pay-again' },
      simulator: { callback: { retries: 0 } },
    });
    const receiver = await openReceiver(context);
    const prompts = numbered('paid again', 10);
    pool.simulator.script(
      prompts.map((prompt) => ({ on: 'createTask', when: { prompt }, fault: { kind: 'cutAfter' } })),
    );
    const orders = await Promise.all(prompts.map((prompt) => order(pool, prompt, receiver.url)));
    const ended = await Promise.all(
      orders.map(({ id }) => pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered')),
    );
    expect(ended.map(({ attempts }) => attempts.length)).toEqual(prompts.map(() => 2));
    expect(receiver.received.map((_, i) => callbackOf(receiver, i).body.data.state)).toEqual(
      prompts.map(() => 'success'),
    );
  });

  test('reports the failure where a lost response cannot be paid again', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'notify', {
      settings: { holdMs: 0, unknownWindowMs: 50 },
      worker: { onUnknown: 'pay-again' },
      simulator: { callback: { retries: 0 } },
      // The older attempt may still be sent until then.
      timings: { sendBeforeMs: 60_000 },
    });
    const receiver = await openReceiver(context);
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'cutAfter' } }]);
    const { id } = await order(pool, 'not again', receiver.url);
    await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
    expect(callbackOf(receiver).body.data).toMatchObject({ state: 'fail', failCode: 'payment_unknown' });
    expect(pool.simulator.ledger.submissions()).toHaveLength(1);
  });

  test('never says waiting, also where the clock says that the hold is not over', async (context) => {
    const { expect } = context;
    const [pool, receiver] = [
      await openCallbackPool(context, 'notify', { settings: { holdMs: 300, unknownWindowMs: 50 } }),
      await openReceiver(context),
    ];
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'cutAfter' } }]);
    const { id } = await order(pool, 'held', receiver.url);
    const { deadLetter } = await pool.recordWhen(id, ({ delivery }) => delivery !== undefined);
    // As after a step of Redis' clock: the callback is due by one clock and the hold over by another.
    const key = `${pool.ledger.root}gen:${id}`;
    await pool.redis.client.hset(key, 'letter', JSON.stringify({ ...deadLetter, heldUntil: Date.now() + 3_600_000 }));
    await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
    expect(callbackOf(receiver).body).toMatchObject({
      code: 501,
      data: { state: 'fail', failCode: 'payment_unknown', completeTime: expect.any(Number) },
    });
  });

  test('of a held generation that is resumed in time is never sent', async (context) => {
    const { expect } = context;
    const pool = await openCallbackPool(context, 'notify', {
      settings: { unknownWindowMs: 1200 },
      simulator: { callback: { retries: 0 } },
    });
    const receiver = await openReceiver(context);
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'cutAfter' } }]);
    const { id } = await order(pool, 'lost', receiver.url);
    await inState(pool, 'dead', 1);
    expect(await redrive(pool, id, { payAgain: true })).not.toHaveProperty('warning');
    await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
    expect(receiver.received.map((_, i) => callbackOf(receiver, i).body.data.state)).toEqual(['success']);
  });

  test('is sent only to callers that asked for it', async (context) => {
    const { expect } = context;
    const [pool, receiver] = [await openCallbackPool(context, 'notify'), await openReceiver(context)];
    const quiet = await order(pool, 'quiet');
    await pool.recordWhen(quiet.id, ({ state }) => state === 'succeeded');
    const loud = await order(pool, 'loud', receiver.url);
    await pool.recordWhen(loud.id, ({ delivery }) => delivery?.state === 'delivered');
    expect(receiver.received).toHaveLength(1);
    expect((await pool.ledger.read.generation(quiet.id))?.delivery).toBeUndefined();
  });

  // @guarantee G2
  test('whose job vanished is found by the sweeper, under the same webhook-id', async (context) => {
    const { expect } = context;
    const timings = { vehicleCheckMs: 100, notifyBaseMs: 600 };
    const pool = await openCallbackPool(context, 'notify', { timings });
    const receiver = await openReceiver(context, failing(1));
    const { id } = await order(pool, 'vanished', receiver.url);
    const { delivery } = await pool.recordWhen(id, (record) => record.delivery?.tries === 1);
    await expect.poll(() => pool.queues.notify.getDelayedCount()).toBe(1);
    await pool.queues.notify.remove(delivery?.vehicle ?? '');
    const told = await pool.recordWhen(id, (record) => record.delivery?.state === 'delivered');
    expect(told.delivery?.vehicle).not.toBe(delivery?.vehicle);
    expect(callbackOf(receiver, 1).headers['webhook-id']).toBe(callbackOf(receiver).headers['webhook-id']);
  });
});
