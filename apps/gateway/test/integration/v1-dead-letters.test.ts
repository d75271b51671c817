import { EventEmitter } from 'node:events';
import type { Ledger } from '@kieq/ledger';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { disconnectSignal } from '../../src/v1/disconnect.ts';
import { redriveAll } from '../../src/v1/redrive.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';

const PATH = '/v1/dead-letters';
const EVIDENCE = { summary: 'it said no' };
const CALLER = { callBackUrl: 'http://127.0.0.1:9/' };

let pool: PoolFixture;
let gateway: GatewayFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-letters', workers: 0, settings: { holdMs: 0 } });
});
afterAll(() => pool.stop());
beforeEach(async () => {
  gateway = await startGateway({ pool, keys: [...KEYS, { key: 'key-of-c', tenant: 'c' }] });
});

type Class = 'refused_repeatedly' | 'model_unavailable' | 'invalid_request';

async function dead(tenant: string, deadLetterClass: Class = 'refused_repeatedly', options: object = {}) {
  const { id } = await pool.producer.enqueue(testRequest('dies'), { tenant, ...options });
  const reply = await pool.ledger.kill({ id, class: deadLetterClass, expected: 'queued', evidence: EVIDENCE });
  if (reply.kind !== 'dead') throw new Error(JSON.stringify(reply));
  return { id, delivery: reply.delivery };
}

/** Dead letters of one millisecond have no order among them. */
async function nextMillisecond(): Promise<void> {
  const { now } = pool.ledger.read;
  const opened = await now();
  await until(now, (nowMs) => nowMs > opened);
}

/** Dead, and its caller never took the callback either. */
async function unheard(tenant: string): Promise<string> {
  const { id, delivery } = await dead(tenant, 'refused_repeatedly', CALLER);
  const times = { tries: 0, retryDelayMs: 1, giveUpMs: 0 };
  const vehicle = delivery?.vehicle ?? '';
  const reply = await pool.ledger.deliveryTried({
    id,
    vehicle,
    delivered: false,
    evidence: { summary: 'no answer' },
    ...times,
  });
  if (reply.kind !== 'given_up') throw new Error(JSON.stringify(reply));
  return id;
}

async function listed(
  query: string,
  key: string,
): Promise<{ items: { generation: string; class: string }[]; nextCursor?: string }> {
  const { status, body } = await gateway.ask(`${PATH}?${query}`, { key });
  expect(status).toBe(200);
  return body;
}

const stateOf = async (id: string) => (await pool.ledger.read.generation(id))?.state;

describe('GET /v1/dead-letters', () => {
  test('shows what is dead, why, and the advice; a tenant sees only its own', async () => {
    const id = await unheard('a');
    const other = (await dead('b')).id;
    const { items } = await listed('', 'key-of-a');
    const shown = {
      generation: id,
      openedAt: expect.any(Number),
      state: 'dead',
      tenant: 'a',
      advice: expect.any(String),
    };
    const redrive = { payAgainNeeded: false, payAgainResumesAt: null };
    expect(items).toHaveLength(2);
    expect(items).toContainEqual({
      ...shown,
      model: testRequest('').model,
      class: 'refused_repeatedly',
      summary: 'it said no',
      redrive: { resumesAt: 'queued', ...redrive },
    });
    expect(items).toContainEqual({
      ...shown,
      model: testRequest('').model,
      class: 'notify_failed',
      summary: 'no answer',
      redrive: { resumesAt: 'notify', ...redrive },
    });
    expect((await listed('class=notify_failed', 'key-of-a')).items).toHaveLength(1);
    expect((await listed('class=task_stuck', 'key-of-a')).items).toEqual([]);
    const all = (await listed('', 'key-of-op')).items.map(({ generation }) => generation);
    expect(all).toEqual(expect.arrayContaining([id, other]));
    expect((await listed('tenant=b', 'key-of-op')).items.map(({ generation }) => generation)).toEqual([other]);
    expect((await gateway.ask(`${PATH}?tenant=b`, { key: 'key-of-a' })).status).toBe(403);
    expect((await gateway.ask(`${PATH}?class=none`, { key: 'key-of-a' })).status).toBe(422);
  });

  test('pages through all', async () => {
    const made = await Promise.all(Array.from({ length: 25 }, () => dead('c', 'model_unavailable')));
    const first = await listed('limit=10', 'key-of-c');
    const second = await listed(`limit=10&cursor=${first.nextCursor}`, 'key-of-c');
    const third = await listed(`limit=10&cursor=${second.nextCursor}`, 'key-of-c');
    expect(third.nextCursor).toBeUndefined();
    const ids = [first, second, third].flatMap(({ items }) => items.map(({ generation }) => generation));
    expect(ids.toSorted()).toEqual(made.map(({ id }) => id).toSorted());
  });
});

describe('POST /v1/dead-letters/:id/redrive', () => {
  const redrive = (id: string, body: unknown, key = 'key-of-a') =>
    gateway.ask(`${PATH}/${id}/redrive`, { method: 'POST', key, body });

  test('reports what would happen, and resumes', async () => {
    const { id } = await dead('a');
    const told = { id, class: 'refused_repeatedly', state: 'queued' };
    expect(await redrive(id, { dryRun: true })).toMatchObject({ status: 200, body: { kind: 'would_resume', ...told } });
    expect(await stateOf(id)).toBe('dead');
    expect(await redrive(id, undefined)).toMatchObject({ status: 200, body: { kind: 'resumed', ...told } });
    expect(await stateOf(id)).toBe('queued');
  });

  test('resumes only the delivery if its class is named', async () => {
    const id = await unheard('a');
    const answer = await redrive(id, { class: 'notify_failed' });
    expect(answer).toMatchObject({ status: 200, body: { class: 'notify_failed', state: 'notify' } });
    const record = await pool.ledger.read.generation(id);
    expect(record).toMatchObject({
      state: 'dead',
      delivery: { state: 'pending' },
      deadLetter: { class: 'refused_repeatedly' },
    });
  });

  test('says why it is not possible', async () => {
    const { id } = await dead('a');
    const payAgain = await redrive(id, { payAgain: true });
    expect(payAgain).toMatchObject({ status: 409, body: { error: { code: 'not_redrivable' } } });
    expect(payAgain.body.error.message).toContain('pay-again is not possible');
    await redrive(id, {});
    const gone = await redrive(id, {});
    expect(gone).toMatchObject({ status: 409, body: { error: { code: 'not_redrivable' } } });
    expect(gone.body.error.message).toContain('queued');
    expect((await redrive(id, { dryrun: true })).status).toBe(422);
    expect((await redrive(id, { payAgain: 'yes' })).status).toBe(422);
  });

  test('does not find another tenant’s', async () => {
    const { id } = await dead('b');
    for (const dryRun of [true, false]) expect((await redrive(id, { dryRun })).status).toBe(404);
    expect((await redrive('gen_0123456789', {})).status).toBe(404);
    expect(await stateOf(id)).toBe('dead');
    expect((await redrive(id, {}, 'key-of-op')).status).toBe(200);
  });
});

describe('POST /v1/dead-letters/redrive', () => {
  const ask = (body: unknown, key: string) => gateway.ask(`${PATH}/redrive`, { key, body });
  const deadLetterClass = 'invalid_request';

  test('resumes the oldest of a class, up to the limit, of this tenant alone', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      ids.push((await dead('a', deadLetterClass)).id);
      await nextMillisecond();
    }
    const others = [(await dead('b', deadLetterClass)).id, (await dead('a', 'model_unavailable')).id];
    const dry = await ask({ class: deadLetterClass, dryRun: true }, 'key-of-a');
    expect(dry.body.items.map(({ kind }: { kind: string }) => kind)).toEqual(
      Array.from({ length: 3 }, () => 'would_resume'),
    );
    expect(dry.body.more).toBe(false);
    const some = await ask({ class: deadLetterClass, limit: 2 }, 'key-of-a');
    const warning = expect.stringContaining('reported to the caller');
    const resumed = (id = '') => ({ kind: 'resumed', id, class: deadLetterClass, state: 'queued', warning });
    expect(some).toMatchObject({ status: 200, body: { items: [resumed(ids[0]), resumed(ids[1])], more: true } });
    const rest = await ask({ class: deadLetterClass, limit: 1 }, 'key-of-a');
    expect(rest.body).toEqual({ items: [resumed(ids[2])], more: false });
    expect(await ask({ class: deadLetterClass }, 'key-of-a')).toMatchObject({ body: { items: [], more: false } });
    expect(await Promise.all(others.map(stateOf))).toEqual(['dead', 'dead']);
    expect((await ask({ class: deadLetterClass, tenant: 'b' }, 'key-of-a')).status).toBe(403);
    expect((await ask({ class: deadLetterClass, tenant: 'b' }, 'key-of-op')).body.items).toHaveLength(1);
  });

  test('reports those that are not possible, and does not count them as left', async () => {
    const { id } = await dead('c', deadLetterClass);
    const { status, body } = await ask({ class: deadLetterClass, payAgain: true, limit: 1 }, 'key-of-c');
    expect(status).toBe(200);
    expect(body).toEqual({ items: [{ kind: 'not_possible', id, reason: expect.any(String) }], more: false });
  });

  test('stops when the caller disconnects', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await dead('d', deadLetterClass)).id));
    const raw = Object.assign(new EventEmitter(), { writableFinished: false });
    let calls = 0;
    const redrive: Ledger['redrive'] = (args) => {
      calls += 1;
      if (calls === 4) raw.emit('close');
      return pool.ledger.redrive(args);
    };
    const deps = { ...gateway.deps, ledger: { ...pool.ledger, redrive } };
    const choices = { class: deadLetterClass, tenant: 'd', limit: 100, payAgain: false, dryRun: false } as const;
    const signal = disconnectSignal({ raw });
    const told: unknown[] = [];
    const onEnd = (results: readonly unknown[]): void => void told.push(...results);
    const { items, more } = await redriveAll(deps, choices, { caller: { tenant: undefined }, signal, onEnd });
    expect(told).toEqual(items);
    expect(items.map(({ kind }) => kind)).toEqual(['resumed', 'resumed', 'resumed', 'resumed']);
    expect(more).toBe(false);
    expect((await Promise.all(ids.map(stateOf))).filter((state) => state === 'queued')).toHaveLength(4);
  });

  test.each([{}, { class: 'none' }, { class: deadLetterClass, limit: 0 }, { class: deadLetterClass, limit: 1001 }, []])(
    'refuses %j',
    async (body) => {
      expect((await ask(body, 'key-of-a')).status).toBe(422);
    },
  );
});
