import { openQueues, readStatus } from '@kieq/queue';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  closeNewerGate,
  NEWER_WORD,
  openNewerDeadLetter,
  type LedgerPlace,
} from '../../../../packages/testkit/src/newer-version.ts';
import { checkPool } from '../../src/doctor/pool.ts';
import { deadInQueue, queued } from '../generations.ts';
import { testPool, type TestPool } from '../support.ts';

let pool: TestPool;
let place: LedgerPlace;
/** Dead by a class that only a newer version knows. */
let id: string;
beforeEach(async () => {
  pool = await testPool('cli-newer');
  place = { redis: pool.redis.client, root: pool.ledger.root };
  id = await queued(pool.ledger);
  await openNewerDeadLetter(place, id);
  await closeNewerGate(place);
});
afterEach(() => pool.cleanup());

it('status shows the gate, who opens it, and the letters', async () => {
  const { code, stdout } = await pool.run(['status']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/submissions +held back by from_the_future/);
  expect(stdout).toMatch(/from_the_future +\S+ +3 +a newer version opens it, or kieq resume from_the_future +seen/);
  expect(stdout).toMatch(/dead letters:\n +from_the_future +1/);
  expect((await pool.run(['status', '--json'])).json).toMatchObject({ deadLetters: { [NEWER_WORD]: 1 } });
});

it('list and show tell its class, its state and its attempts as they stand', async () => {
  const strange = await queued(pool.ledger);
  await openNewerDeadLetter(place, strange, NEWER_WORD);
  const { code, stdout } = await pool.run(['list']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/dead \(from_the_future\)/);
  const shown = await pool.run(['show', strange]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/state +from_the_future, since/);
  expect(shown.stdout).toMatch(/1 +from_the_future +/);
  expect(shown.stdout).toContain('to go on: none');
  expect((await pool.run(['show', id, '--json'])).json).toMatchObject({ deadLetter: { class: NEWER_WORD, goOn: [] } });
});

it('dlq ls and dlq show list it next to known ones, with the advice to use the newer tools', async () => {
  await deadInQueue(pool.ledger, 'model_unavailable');
  const { code, stdout, stderr } = await pool.run(['dlq', 'ls']);
  expect(code).toBe(0);
  expect(stdout).toContain(id);
  expect(stdout).toContain('model_unavailable');
  expect(stderr).toMatch(/from_the_future: Written by a newer version of kieq/);
  expect((await pool.run(['dlq', 'show', id, '--json'])).json).toMatchObject({ class: NEWER_WORD, resumesAt: null });
});

it.each([[['dlq', 'redrive']], [['dlq', 'redrive', '--pay-again', '--yes']], [['dlq', 'purge', '--yes']]])(
  '%j refuses it and changes nothing',
  async (command) => {
    const before = await pool.redis.client.hgetall(`${place.root}gen:${id}`);
    const { code, stderr } = await pool.run([...command, id]);
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('newer version of kieq') });
    expect(await pool.redis.client.hgetall(`${place.root}gen:${id}`)).toEqual(before);
  },
);

it('resume opens its gate where a person names it, and no gate that is not closed', async () => {
  const unnamed = await pool.run(['resume']);
  expect(unnamed.stderr).toContain('Still closed: from_the_future.');
  expect(await pool.run(['resume', NEWER_WORD])).toMatchObject({ code: 0 });
  expect(await pool.ledger.gates.closed()).toEqual([]);
  const again = await pool.run(['resume', NEWER_WORD]);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('there is no gate from_the_future; there are rate-limit');
});

it('doctor warns of both, and names the way out', async () => {
  const queues = openQueues(pool.redis.client, pool.redis.prefix);
  const findings = checkPool(await readStatus(pool.ledger, queues).finally(() => queues.close()), Date.now());
  expect(findings).toMatchObject([
    { level: 'warning', fix: expect.stringContaining("use that version's tools") },
    { level: 'warning', message: 'open dead letters: from_the_future 1' },
  ]);
});
