import { beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import {
  closeNewerGate,
  NEWER_WORD,
  openNewerDeadLetter,
  startPool,
  testRequest,
  type LedgerPlace,
} from '../../../../packages/testkit/src/index.ts';
import { startGateway, type GatewayFixture } from '../support.ts';

/** Every response is checked against `/openapi.json`. */
let gateway: GatewayFixture;
let place: LedgerPlace;
/** Dead by a class that only a newer version knows. */
let id: string;
/** In a state that only it knows. */
let strange: string;
beforeEach(async () => {
  const pool = await startPool({ redisUrl: inject('redisUrl'), name: 'newer', workers: 0 });
  onTestFinished(() => pool.stop());
  gateway = await startGateway({ pool });
  place = { redis: pool.redis.client, root: pool.ledger.root };
  ({ id } = await pool.producer.enqueue(testRequest('theirs')));
  await openNewerDeadLetter(place, id);
  ({ id: strange } = await pool.producer.enqueue(testRequest('strange'), { idempotencyKey: 'strange' }));
  await openNewerDeadLetter(place, strange, NEWER_WORD);
  await closeNewerGate(place);
});

test('the status shows the gate and the dead letters of a newer version', async () => {
  expect(await gateway.ask('/v1/status')).toMatchObject({
    status: 200,
    body: { gates: [{ reason: NEWER_WORD, mode: NEWER_WORD }], deadLetters: { [NEWER_WORD]: 2, task_lost: 0 } },
  });
});

test('generations are shown and listed with its words', async () => {
  const deadLetter = {
    class: NEWER_WORD,
    redrive: { resumesAt: null, payAgainNeeded: false, payAgainResumesAt: null },
  };
  expect(await gateway.ask(`/v1/generations/${id}`)).toMatchObject({
    status: 200,
    body: { state: 'dead', attempts: [{ outcome: NEWER_WORD }], deadLetter },
  });
  expect((await gateway.ask('/v1/generations')).body.items).toHaveLength(2);
  expect((await gateway.ask(`/v1/generations/${strange}`)).body).toMatchObject({ state: NEWER_WORD });
});

test('dead letters are listed, and a redrive is refused with the reason', async () => {
  const { body } = await gateway.ask('/v1/dead-letters');
  expect(body.items).toMatchObject([{ class: NEWER_WORD }, { class: NEWER_WORD }]);
  expect(
    await gateway.ask(`/v1/dead-letters/${id}/redrive`, { method: 'POST', body: { payAgain: true } }),
  ).toMatchObject({
    status: 409,
    body: { error: { code: 'not_redrivable', message: expect.stringContaining('newer version') } },
  });
});

test('creating it once more with its key returns its state, and pays nothing', async () => {
  const body = { ...testRequest('strange'), idempotencyKey: 'strange' };
  expect(await gateway.ask('/v1/generations', { body })).toMatchObject({
    body: { id: strange, created: false, state: NEWER_WORD },
  });
});

test('a Kie client sees a state of a newer version as waiting, its dead letter as fail', async () => {
  const recordInfo = async (task: string) => (await gateway.ask(`/api/v1/jobs/recordInfo?taskId=${task}`)).body;
  expect(await recordInfo(strange)).toMatchObject({ code: 200, data: { state: 'waiting' } });
  expect(await recordInfo(id)).toMatchObject({ code: 200, data: { state: 'fail', failCode: NEWER_WORD } });
});

test('the document says that clients must tolerate further values', async () => {
  const { body } = await gateway.ask('/openapi.json');
  expect(JSON.stringify(body)).toContain('Later versions may add values; clients must tolerate unknown values');
});
