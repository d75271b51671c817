import { GENERATION_STATES, type GenerationState } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import {
  ACCOUNT,
  bury,
  createArgs,
  evidence,
  generating,
  openPool,
  paymentUnknown,
  RETRY,
  redriveArgs,
  settleArgs,
  unknown,
  VEHICLE_CHECK_MS,
  type Pool,
} from './fixture.ts';

const ARCHIVE = { files: [{ name: 'v.mp4', contentType: 'video/mp4', bytes: 1, sha256: '00' }] };

/** A generation in the state, admitted (where it was) under `token` and with the task `taskId` (where it has one). */
interface Placed {
  readonly id: string;
  readonly token: string;
  readonly taskId: string;
}

const PLACE: Record<GenerationState, (pool: Pool) => Promise<Partial<Placed> & { readonly id: string }>> = {
  queued: async (pool) => ({ id: await pool.create() }),
  submitting: async (pool) => {
    const id = await pool.create();
    await pool.admit(id, `${id}-token`);
    return { id };
  },
  unknown,
  generating,
  archiving: async (pool) => {
    const placed = await generating(pool);
    await pool.ledger.settle({ ...settleArgs(placed.id, placed.taskId), archive: 'wait' });
    return placed;
  },
  succeeded: async (pool) => {
    const placed = await PLACE.archiving(pool);
    await pool.ledger.archived(placed.id, ARCHIVE);
    return placed;
  },
  failed: async (pool) => {
    const placed = await generating(pool);
    await pool.ledger.settle(settleArgs(placed.id, placed.taskId, 'fail'));
    return placed;
  },
  cancelled: async (pool) => {
    const id = await pool.create();
    await pool.ledger.cancel(id);
    return { id };
  },
  dead: paymentUnknown,
};

const CALL_NAMES = [
  'create',
  'cancel',
  'admit',
  'accept',
  'refuse',
  'lose',
  'expire',
  'resubmit',
  'settle',
  'archived',
  'redrive',
  'purge',
  'poll',
  'observe',
] as const;
type Call = (typeof CALL_NAMES)[number];

const CALLS: Record<Call, (pool: Pool, placed: Placed) => Promise<{ readonly kind: string }>> = {
  create: ({ ledger }, { id }) => ledger.create(createArgs(id)),
  cancel: ({ ledger }, { id }) => ledger.cancel(id),
  admit: async (pool, { id }) => pool.admit(id, 'fresh-token'),
  accept: (pool, { id, token }) => pool.accept(id, token, 'another-task'),
  refuse: (pool, { id, token }) => pool.refuse(id, token, RETRY),
  lose: (pool, { id, token }) => pool.lose(id, token),
  expire: ({ ledger }, { id }) => ledger.expire(id),
  resubmit: ({ ledger }, { id, taskId }) =>
    ledger.resubmit({ id, taskId, limit: 1, evidence, vehicleCheckMs: VEHICLE_CHECK_MS }),
  settle: ({ ledger }, { id, taskId }) => ledger.settle({ ...settleArgs(id, taskId), archive: 'wait' }),
  archived: ({ ledger }, { id }) => ledger.archived(id, ARCHIVE),
  redrive: ({ ledger }, { id }) => ledger.redrive(redriveArgs(id, 'payment_unknown', 'unknown')),
  purge: ({ ledger }, { id }) => ledger.purge(id, false),
  poll: async (pool, { id }) => {
    const vehicle = (await pool.raw(id))['vehicle'] ?? '';
    return pool.ledger.poll({ id, vehicle, permit: 'poll', timeoutMs: 1000 });
  },
  observe: ({ ledger }, { id, taskId }) =>
    ledger.observe({
      id,
      taskId,
      seen: 'running',
      pollDelayMs: 1000,
      permit: 'permit',
      missingWindowMs: 1000,
      vehicleCheckMs: VEHICLE_CHECK_MS,
    }),
};

/** Columns in the order of GENERATION_STATES; `answer>state` changes the record, `answer` alone leaves every byte of it. */
const MATRIX: Record<Call, string> = {
  //         queued               submitting          unknown             generating          archiving           succeeded        failed        cancelled        dead
  create:
    '  exists               exists              exists              exists              exists              exists           exists        exists           exists',
  cancel:
    '  cancelled>cancelled  too_late            too_late            too_late            too_late            too_late         too_late      cancelled        too_late',
  admit:
    '   admitted>submitting  busy                stale               stale               stale               stale            stale         stale            stale',
  accept:
    '  unknown_attempt      accepted>generating accepted>generating other_task          other_task          other_task       other_task    unknown_attempt  accepted>generating',
  refuse:
    '  unknown_attempt      queued>queued       queued>queued       stale               stale               stale            stale         unknown_attempt  stale',
  lose: '    unknown_attempt      unknown>unknown     unknown             stale               stale               stale            stale         unknown_attempt  unknown',
  expire:
    '  stale                not_yet             unknown             stale               stale               stale            stale         stale            stale',
  resubmit:
    'stale                stale               stale               queued>queued       stale               stale            stale         stale            stale',
  settle:
    '  stale                stale               stale               settled>archiving   settled             settled          settled       stale            stale',
  archived:
    'stale                stale               stale               stale               succeeded>succeeded succeeded        stale         stale            stale',
  redrive:
    ' no_letter            no_letter           no_letter           no_letter           no_letter           no_letter        no_letter     no_letter        redriven>unknown',
  purge:
    '   stale                stale               stale               stale               stale               purged>succeeded purged>failed purged>cancelled open_letter',
  poll: '    stale                stale               stale               granted             stale               stale            stale         stale            stale',
  observe:
    ' stale                stale               stale               parked>generating   stale               stale            stale         stale            stale',
};

const CELLS = CALL_NAMES.flatMap((call) => {
  const row = MATRIX[call].trim().split(/\s+/);
  return GENERATION_STATES.map((state, i) => {
    const [answer = '', next] = (row[i] ?? '').split('>');
    return { call, state, answer, next };
  });
});

async function place(pool: Pool, state: GenerationState): Promise<Placed> {
  const placed = await PLACE[state](pool);
  expect(await pool.state(placed.id)).toBe(state);
  return { token: `${placed.id}-token`, taskId: `${placed.id}-task`, ...placed };
}

/** Fields in which a repetition may differ: counted callbacks, and times that went on. */
function withoutTimes(reply: object): object {
  return {
    ...reply,
    slots: undefined,
    leaseMs: undefined,
    ageMs: undefined,
    waitedMs: undefined,
    pollingForMs: undefined,
  };
}

describe('every transition in every state', () => {
  // @guarantee G1
  test.each(CELLS)('$call in $state: $answer', async ({ call, state, answer, next }) => {
    const pool = await openPool('matrix', { unknownWindowMs: 1, accountFingerprint: ACCOUNT });
    const placed = await place(pool, state);
    const before = await pool.raw(placed.id);
    const reply = await CALLS[call](pool, placed);
    expect(reply.kind).toBe(answer);
    const after = await pool.raw(placed.id);
    expect(after['state']).toBe(next ?? state);
    expect(next === undefined ? after : before).toEqual(before);

    // The client may send the very same call twice after a reconnect.
    expect(withoutTimes(await CALLS[call](pool, placed))).toEqual(withoutTimes(reply));
    expect(await pool.raw(placed.id)).toEqual(after);
  });

  // @guarantee G2
  test.each(GENERATION_STATES)('%s: the generation is in the index of its state and in no other', async (state) => {
    const pool = await openPool('index', { unknownWindowMs: 1 });
    const { id } = await place(pool, state);
    const counts = await pool.ledger.read.stateCounts();
    expect(counts).toEqual(Object.fromEntries(GENERATION_STATES.map((name) => [name, name === state ? 1 : 0])));
    expect((await pool.ledger.read.listState(state)).items).toMatchObject([{ id }]);
  });
});

test.each(CALL_NAMES)('%s of a generation that does not exist creates nothing but by create', async (call) => {
  const pool = await openPool('missing');
  const reply = await CALLS[call](pool, { id: 'gen_nowhere000', token: 'token', taskId: 'task' });
  expect(reply.kind).toBe(call === 'create' ? 'created' : call === 'purge' ? 'purged' : 'missing');
  expect(await pool.state('gen_nowhere000')).toBe(call === 'create' ? 'queued' : undefined);
});

test('create twice: the second one finds the first, another hash is a conflict', async () => {
  const pool = await openPool('create');
  const { ledger } = pool;
  expect(await ledger.create(createArgs('gen_0000000001'))).toEqual({
    kind: 'created',
    id: 'gen_0000000001',
    state: 'queued',
  });
  const record = await pool.raw('gen_0000000001');
  expect(await ledger.create(createArgs('gen_0000000001'))).toEqual({
    kind: 'exists',
    id: 'gen_0000000001',
    state: 'queued',
  });
  expect(await ledger.create(createArgs('gen_0000000001', { hash: 'hash-2', payload: '{}' }))).toEqual({
    kind: 'conflict',
    id: 'gen_0000000001',
    state: 'queued',
  });
  expect(await pool.raw('gen_0000000001')).toEqual(record);
});

test("a generation without a deadline has the pool's; 0 is a deadline", async () => {
  const pool = await openPool('deadline', { deadlineMs: 5000 });
  const [pooled, own, none] = [
    await pool.create(),
    await pool.create({ deadlineMs: 70 }),
    await pool.create({ deadlineMs: 0 }),
  ];
  const left = async (id: string): Promise<number> =>
    Number((await pool.raw(id))['deadlineAt']) - Number((await pool.raw(id))['createdAt']);
  expect([await left(pooled), await left(own), await left(none)]).toEqual([5000, 70, 0]);
  expect(await pool.admit(none)).toEqual({ kind: 'deadline' });
  await bury(pool, none, 'deadline_exceeded', 'queued');
});
