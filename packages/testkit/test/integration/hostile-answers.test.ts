import { expect, test } from 'vitest';
import { deepLists } from '../fuzz/json.ts';
import { runOf } from '../fuzz/text.ts';
import { charges, openPool, posts } from './support.ts';

const PATIENCE_MS = 60_000;
/** Nearly as long as an answer may be, and what the redaction of evidence searches for. */
const LONG = runOf('\\', 500_000);

/** Unreadable responses to a submission that made a task. */
const UNREADABLE = [
  { kind: 'invalidJson' },
  { kind: 'hugeBody' },
  { kind: 'slowBody', ms: 5000 },
  { kind: 'html', status: 200, created: true },
] as const;

// @guarantee G1
test('unreadable responses to createTask: unknown, and one charge each', async (context) => {
  // A slow body must be late.
  const pool = await openPool(context, 'hostile-create', { settings: { submitTimeoutMs: 500 } });
  const prompts = UNREADABLE.map(({ kind }) => `create ${kind}`);
  pool.simulator.script(
    UNREADABLE.map((fault, i) => ({ on: 'createTask', when: { prompt: prompts[i] ?? '' }, fault }) as const),
  );
  const ids = await pool.enqueue(...prompts);
  for (const id of ids) {
    const record = await pool.recordWhen(id, ({ state }) => state === 'unknown', PATIENCE_MS);
    expect(record.attempts).toMatchObject([{ outcome: 'lost' }]);
  }
  const [proper = ''] = await pool.enqueue('proper');
  await pool.recordWhen(proper, ({ state }) => state === 'succeeded', PATIENCE_MS);
  expect(charges(pool)).toEqual(Object.fromEntries([...prompts, 'proper'].map((prompt) => [prompt, 1])));
  for (const prompt of prompts) expect(posts(pool, prompt)).toHaveLength(1);
});

test('unreadable responses of recordInfo are no verdict, and a paid video comes all the same', async (context) => {
  const pool = await openPool(context, 'hostile-poll', { timings: { resultWaitMs: 2000 } });
  const looks = [
    { kind: 'invalidJson' },
    { kind: 'hugeBody' },
    { kind: 'cutBody' },
    { kind: 'html', status: 200 },
    { kind: 'state', word: LONG },
    { kind: 'code', code: 777, msg: LONG },
  ] as const;
  const prompts = looks.map(({ kind }) => `look ${kind}`);
  pool.simulator.script([
    ...looks.map((fault, i) => ({ on: 'recordInfo', when: { prompt: prompts[i] ?? '' }, fault }) as const),
    { on: 'task', when: { prompt: 'result deep' }, fault: { kind: 'result', resultJson: deepLists(20_000) } },
    { on: 'task', when: { prompt: 'result long' }, fault: { kind: 'result', resultJson: LONG } },
  ]);
  const all = [...prompts, 'result deep', 'result long'];
  const ids = await pool.enqueue(...all);
  for (const id of ids.slice(0, prompts.length))
    await pool.recordWhen(id, ({ state }) => state === 'succeeded', PATIENCE_MS);
  for (const id of ids.slice(prompts.length))
    await pool.recordWhen(id, ({ deadLetter }) => deadLetter?.class === 'result_unreadable', PATIENCE_MS);
  expect(charges(pool)).toEqual(Object.fromEntries(all.map((prompt) => [prompt, 1])));
  expect(pool.simulator.ledger.submissions()).toHaveLength(all.length);
});
