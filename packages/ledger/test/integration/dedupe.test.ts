import { expect, test } from 'vitest';
import { createArgs, DIE, generating, often, openPool, settleArgs } from './fixture.ts';

const dedupe = { dedupeMs: 60_000 };

test('an equal request of the tenant within the window is the earlier generation', async () => {
  const pool = await openPool('dedupe');
  const first = await pool.create(dedupe);
  expect(await pool.ledger.create(createArgs('gen_second0000', dedupe))).toEqual({
    kind: 'exists',
    id: first,
    state: 'queued',
  });
  expect(await pool.state('gen_second0000')).toBeUndefined();
});

// @guarantee G1
test('of many at once one is created', async () => {
  const pool = await openPool('dedupe');
  const ids = Array.from({ length: 20 }, (_, i) => `gen_${String(i).padStart(10, '0')}`);
  const replies = await Promise.all(ids.map((id) => pool.ledger.create(createArgs(id, dedupe))));
  expect(replies.filter(({ kind }) => kind === 'created')).toHaveLength(1);
  expect(new Set(replies.map(({ id }) => id)).size).toBe(1);
});

test('another request, another tenant and a request without the window are new', async () => {
  const pool = await openPool('dedupe');
  await pool.create(dedupe);
  for (const [id, change] of [
    ['gen_otherhash0', { ...dedupe, hash: 'hash-2' }],
    ['gen_othertenan', { ...dedupe, tenant: 'other' }],
    ['gen_nowindow00', {}],
  ] as const) {
    expect(await pool.ledger.create(createArgs(id, change))).toMatchObject({ kind: 'created', id });
  }
});

test('after the window it is new', async () => {
  const pool = await openPool('dedupe');
  await pool.create({ dedupeMs: 20 });
  let n = 0;
  await expect
    .poll(
      () => pool.ledger.create(createArgs(`gen_again${String((n += 1)).padStart(6, '0')}`, { dedupeMs: 20 })),
      often,
    )
    .toMatchObject({ kind: 'created' });
});

test.each(['cancelled', 'failed', 'invalid', 'without its images'])(
  'one that is %s does not stand in the way',
  async (end) => {
    const pool = await openPool('dedupe');
    const { id, taskId } =
      end === 'failed' ? await generating(pool, dedupe) : { id: await pool.create(dedupe), taskId: '' };
    if (end === 'failed') await pool.ledger.settle(settleArgs(id, taskId, 'fail'));
    if (end === 'cancelled') await pool.ledger.cancel(id);
    if (end === 'without its images')
      await pool.ledger.kill({ id, class: 'upload_missing', expected: 'queued', evidence: { summary: 'gone' } });
    if (end === 'invalid') {
      await pool.admit(id);
      await pool.refuse(id, 'token', DIE);
    }
    expect(await pool.ledger.create(createArgs('gen_second0000', dedupe))).toMatchObject({ kind: 'created' });
  },
);

// @guarantee G1
test('one that succeeded, or may still be paid, does', async () => {
  const pool = await openPool('dedupe');
  const { id, taskId } = await generating(pool, dedupe);
  expect(await pool.ledger.create(createArgs('gen_second0000', dedupe))).toMatchObject({ kind: 'exists', id });
  await pool.ledger.settle(settleArgs(id, taskId));
  expect(await pool.ledger.create(createArgs('gen_second0000', dedupe))).toMatchObject({ kind: 'exists', id });
});

test('the same call sent twice finds itself', async () => {
  const pool = await openPool('dedupe');
  const id = await pool.create(dedupe);
  expect(await pool.ledger.create(createArgs(id, dedupe))).toEqual({ kind: 'exists', id, state: 'queued' });
});
