import { redriveOne } from '@kieq/queue';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startGateway, type GatewayFixture } from '../support.ts';

const PATH = '/v1/dead-letters';
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9/';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({
    redisUrl: inject('redisUrl'),
    name: 'v1-redrive',
    simulator: { callback: { retries: 0 } },
    settings: { unknownWindowMs: 1200 },
    timings: { notifyBaseMs: 5, notifyGiveUpMs: 5 },
  });
});
afterAll(() => pool.stop());

function redrive({ ask }: GatewayFixture, id: string, body: object) {
  return ask(`${PATH}/${id}/redrive`, { body });
}

/** Generations whose responses were lost, when their window is over. */
async function paymentUnknown(prompts: readonly string[]): Promise<string[]> {
  pool.simulator.script(prompts.map((prompt) => ({ on: 'createTask', when: { prompt }, fault: { kind: 'cutAfter' } })));
  const ids = await pool.enqueue(...prompts);
  await Promise.all(ids.map((id) => pool.recordWhen(id, ({ deadLetter }) => deadLetter?.class === 'payment_unknown')));
  return ids;
}

const chargesOf = (prompts: readonly string[]) =>
  prompts.map((prompt) => pool.simulator.ledger.chargesByPrompt().get(prompt));

describe('paying again', () => {
  test('by id: the request is submitted once more and succeeds', async () => {
    const gateway = await startGateway({ pool });
    const [id = ''] = await paymentUnknown(['by id']);
    const told = { id, class: 'payment_unknown', state: 'queued' };
    const dry = await redrive(gateway, id, { payAgain: true, dryRun: true });
    expect(dry).toMatchObject({ status: 200, body: { kind: 'would_resume', ...told } });
    expect(await redrive(gateway, id, { payAgain: true })).toMatchObject({
      status: 200,
      body: { kind: 'resumed', ...told },
    });
    expect(await redrive(gateway, id, { payAgain: true })).toMatchObject({ status: 409 });
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(chargesOf(['by id'])).toEqual([2]);
  });

  test('by class: each of them once more', async () => {
    const gateway = await startGateway({ pool });
    const prompts = ['by class 1', 'by class 2', 'by class 3'];
    const ids = await paymentUnknown(prompts);
    const body = { class: 'payment_unknown', payAgain: true };
    const { status, body: answer } = await gateway.ask(`${PATH}/redrive`, { body });
    expect(status).toBe(200);
    expect(answer.more).toBe(false);
    expect(answer.items).toHaveLength(3);
    for (const id of ids)
      expect(answer.items).toContainEqual({ kind: 'resumed', id, class: 'payment_unknown', state: 'queued' });
    await Promise.all(ids.map((id) => pool.recordWhen(id, ({ state }) => state === 'succeeded')));
    expect(chargesOf(prompts)).toEqual([2, 2, 2]);
  });
});

describe('a generation that failed and whose callback failed too', () => {
  test('is redriven by class only: sending a callback again never creates another video', async () => {
    const gateway = await startGateway({ pool });
    const prompt = 'two letters';
    pool.simulator.script([
      { on: 'task', when: { prompt }, fault: { kind: 'fail', failCode: '500', failMsg: 'Content was flagged' } },
    ]);
    const { id } = await pool.producer.enqueue(testRequest(prompt), { callBackUrl: NOWHERE });
    await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'failed');
    for (const body of [{}, { dryRun: true }]) {
      const refused = await redrive(gateway, id, body);
      expect(refused).toMatchObject({ status: 409, body: { error: { code: 'not_redrivable' } } });
      expect(refused.body.error.message).toContain('generation_failed and notify_failed');
    }
    const { ledger, queues, timings } = pool;
    const mirrored = async (kind: string): Promise<unknown> =>
      (await queues['dead-letter'].getJob(`${id}-${kind}`))?.data.redrive;
    await expect.poll(() => mirrored('letter')).toBe(`kieq dlq redrive ${id} --class generation_failed`);
    await expect.poll(() => mirrored('notify')).toBe(`kieq dlq redrive ${id} --class notify_failed`);
    expect(await redriveOne({ ledger, queues, vehicleCheckMs: timings.vehicleCheckMs }, id)).toEqual({
      kind: 'not_possible',
      id,
      reason: 'it has the dead letters generation_failed and notify_failed: name the class of one',
    });

    const again = await redrive(gateway, id, { class: 'notify_failed' });
    expect(again).toMatchObject({ status: 200, body: { kind: 'resumed', class: 'notify_failed', state: 'notify' } });
    await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'failed');
    expect(pool.simulator.ledger.submissions().filter((entry) => entry.prompt === prompt)).toHaveLength(1);
    const anew = await redrive(gateway, id, { class: 'generation_failed' });
    expect(anew).toMatchObject({ status: 200, body: { class: 'generation_failed', state: 'queued' } });
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(chargesOf([prompt])).toEqual([1]);
  });
});
