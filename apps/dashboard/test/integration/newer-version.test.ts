import { beforeEach, expect, inject, it } from 'vitest';
import { closeNewerGate, NEWER_WORD, openNewerDeadLetter } from '../../../../packages/testkit/src/index.ts';
import { openBoard, type Board } from '../support.ts';

const ID = 'gen_0000000000';

let board: Board;
beforeEach(async () => {
  board = await openBoard(inject('redisUrl'));
  const place = { redis: board.redis.client, root: board.ledger.root };
  const request = { payload: '{}', hash: 'h', tenant: 'default', model: 'm', priority: 100 };
  const plain = { delayMs: 0, vehicle: `${ID}-1`, vehicleCheckMs: 1000, callback: false, uploads: false };
  await board.ledger.create({ id: ID, ...request, ...plain });
  await openNewerDeadLetter(place, ID);
  await closeNewerGate(place);
});

async function ask(url: string, payload?: object): Promise<{ status: number; body: unknown }> {
  const headers = { host: '127.0.0.1', origin: 'http://127.0.0.1' };
  const answer = await board.app.inject(
    payload === undefined ? { method: 'GET', url, headers } : { method: 'POST', url, payload, headers },
  );
  return { status: answer.statusCode, body: answer.json() };
}

it('shows its gate and its letters on the overview, and nothing that resumes them', async () => {
  expect(await ask('/api/overview')).toMatchObject({
    status: 200,
    body: {
      binding: NEWER_WORD,
      gates: [{ reason: NEWER_WORD, isNewer: true }],
      deadLetters: expect.arrayContaining([
        expect.objectContaining({
          class: NEWER_WORD,
          count: 1,
          resumesAt: null,
          payAgainResumesAt: null,
          mayBeAdopted: false,
        }),
      ]),
    },
  });
});

it('lists its letters and shows its generation', async () => {
  expect(await ask(`/api/dead-letters/${NEWER_WORD}`)).toMatchObject({ status: 200, body: { items: [{ id: ID }] } });
  expect(await ask(`/api/generations/${ID}`)).toMatchObject({
    status: 200,
    body: { generation: { attempts: [{ outcome: NEWER_WORD }], deadLetter: { class: NEWER_WORD, goOn: [] } } },
  });
});

it('refuses to resume its letters, and opens its gate where a person asks for it', async () => {
  expect(await ask(`/api/generations/${ID}/redrive`, { class: NEWER_WORD, payAgain: true })).toMatchObject({
    status: 409,
    body: { error: expect.stringContaining('newer version of kieq') },
  });
  expect(await ask(`/api/dead-letters/${NEWER_WORD}/redrive`, {})).toMatchObject({ body: { resumed: 0, refused: 1 } });
  expect((await ask(`/api/gates/${NEWER_WORD}/close`, {})).status).toBe(409);
  expect(await ask(`/api/gates/${NEWER_WORD}/open`, {})).toMatchObject({ status: 200, body: { ok: 'opened' } });
  expect(await board.ledger.gates.closed()).toEqual([]);
});
