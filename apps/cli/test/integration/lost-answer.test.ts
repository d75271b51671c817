import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { startPool, TEST_KEY, type PoolFixture } from '../../../../packages/testkit/src/index.ts';
import { runCli } from '../support.ts';

let pool: PoolFixture;
beforeEach(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'cli-lost', settings: { unknownWindowMs: 300 } });
  await pool.ledger.settings.agree({ baseUrl: pool.simulator.url });
});
afterEach(() => pool.stop());

function kieq(...argv: string[]): ReturnType<typeof runCli> {
  const env = {
    REDIS_URL: inject('redisUrl'),
    KIEQ_PREFIX: pool.redis.prefix,
    KIE_API_KEY: TEST_KEY,
    KIE_BASE_URL: pool.simulator.url,
  };
  return runCli(argv, env);
}

/** A generation whose task was created and whose answer was lost for so long that a person must decide. */
async function loseAnswer(prompt: string): Promise<{ readonly taskId: string }> {
  pool.simulator.script([{ on: 'createTask', when: { prompt }, fault: { kind: 'cutAfter' } }]);
  const [id = ''] = await pool.enqueue(prompt);
  await pool.recordWhen(id, ({ state }) => state === 'dead');
  const taskId = pool.simulator.ledger.submissions().find((one) => one.prompt === prompt)?.taskId ?? '';
  return { taskId };
}

/** As a person finds it: in the list of the class. */
async function onlyDeadLetter(): Promise<string> {
  const { stdout } = await kieq('dlq', 'ls', '--class', 'payment_unknown');
  const ids = [...stdout.matchAll(/^payment_unknown +(gen_\w+)/gm)].map(([, id = '']) => id);
  expect(ids).toHaveLength(1);
  return ids[0] ?? '';
}

/** Its first bytes behind the length: the mark of an MP4. */
async function videoOf(id: string): Promise<string> {
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const link = /^ +result +(http\S+)$/m.exec((await kieq('show', id)).stdout)?.[1] ?? '';
  return Buffer.from(await (await fetch(link)).arrayBuffer()).toString('latin1', 4, 8);
}

it('from payment_unknown to a finished video by the command line alone, adopted for nothing', async () => {
  const prompt = 'a boat, found in the account';
  const { taskId } = await loseAnswer(prompt);
  expect((await kieq('status')).stdout).toMatch(/payment_unknown +1/);
  const id = await onlyDeadLetter();
  expect((await kieq('dlq', 'show', id)).stdout).toContain(`kieq adopt ${id} <taskId>`);
  expect((await kieq('adopt', id, taskId)).code).toBe(4);
  expect((await kieq('adopt', id, taskId, '--confirm')).code).toBe(0);
  expect(await videoOf(id)).toBe('ftyp');
  expect(pool.simulator.ledger.chargesByPrompt().get(prompt)).toBe(1);
  expect((await kieq('dlq', 'ls')).stdout).toBe('no open dead letters\n');
});

it('from payment_unknown to a finished video by the command line alone, paid again after a word', async () => {
  const prompt = 'a bridge, paid again';
  await loseAnswer(prompt);
  const id = await onlyDeadLetter();
  // The send time of the lost attempt must have passed.
  await pool.recordWhen(id, ({ attempts: [first] }) => (first?.sendBy ?? Infinity) < Date.now());
  expect((await kieq('dlq', 'redrive', id, '--pay-again')).code).toBe(4);
  expect(pool.simulator.ledger.submissions()).toHaveLength(1);
  expect((await kieq('dlq', 'redrive', id, '--pay-again', '--yes')).code).toBe(0);
  expect(await videoOf(id)).toBe('ftyp');
  expect(pool.simulator.ledger.chargesByPrompt().get(prompt)).toBe(2);
});
