import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { callbackUrl, createKieClient } from '@kieq/kie';
import { createSimulator, type Simulator } from '../../../../packages/simulator/src/index.ts';
import { generating, REQUEST, tokenOf, unknown } from '../generations.ts';
import { closedPort } from '../../../../packages/testkit/test/support/http-server.ts';
import { API_KEY, runCli, testPool, type TestPool } from '../support.ts';

let simulator: Simulator;
let pool: TestPool;
beforeAll(async () => {
  simulator = createSimulator({
    createLatency: { minMs: 0, maxMs: 0 },
    queryLatency: { minMs: 0, maxMs: 0 },
    apiKey: API_KEY,
  });
  await simulator.start();
});
afterAll(() => simulator.stop());
beforeEach(async () => {
  simulator.reset();
  pool = await testPool('cli-adopt', { KIE_BASE_URL: simulator.url });
});
afterEach(() => pool.cleanup());

/** Submits the generation's request as its worker would have, and loses the answer after the task came into being. */
async function createdButCut(callBackUrl?: string, prompt = REQUEST.input.prompt): Promise<string> {
  simulator.script([{ on: 'createTask', fault: { kind: 'cutAfter' } }]);
  const kie = createKieClient({ apiKey: API_KEY, baseUrl: simulator.url });
  const request = { ...REQUEST, input: { ...REQUEST.input, prompt }, callBackUrl };
  const answer = await kie.createTask(request, { sendDeadline: () => true, timeoutMs: 5000 });
  await kie.close();
  const taskId = simulator.ledger.tasks().at(-1)?.taskId;
  if (answer.class !== 'unknown' || taskId === undefined) throw new Error(JSON.stringify(answer));
  return taskId;
}

it('adopts a task that carries the attempt’s token, without a further word', async () => {
  const id = await unknown(pool.ledger);
  const taskId = await createdButCut(callbackUrl('http://127.0.0.1:9', id, tokenOf(id)));
  const { code, json, stderr } = await pool.run(['adopt', id, taskId, '--json']);
  const adopted = { id, taskId, kind: 'adopted', attempt: 1, state: 'generating' };
  expect({ code, stderr, json }).toEqual({ code: 0, stderr: '', json: { ...adopted, already: false } });
  expect(await pool.ledger.read.generation(id)).toMatchObject({ state: 'generating', taskId, queue: 'poll' });
  expect(simulator.ledger.charges()).toHaveLength(1);
});

it('says that nothing changes if the generation has the task already, and not after a resumption', async () => {
  const id = await unknown(pool.ledger);
  const taskId = await createdButCut(callbackUrl('http://127.0.0.1:9', id, tokenOf(id)));
  await pool.run(['adopt', id, taskId]);
  const before = await pool.ledger.read.generation(id);
  const again = await pool.run(['adopt', id, taskId]);
  expect(again.code).toBe(0);
  expect(again.stdout).toContain(
    `${taskId} is already the task of attempt 1 of ${id}, which is generating; nothing was changed`,
  );
  expect((await pool.run(['adopt', id, taskId, '--json'])).json).toMatchObject({ kind: 'adopted', already: true });
  expect(await pool.ledger.read.generation(id)).toEqual(before);

  const evidence = { summary: 'no verdict' };
  await pool.ledger.kill({ id, class: 'task_stuck', expected: 'generating', evidence });
  const stuck = await pool.run(['adopt', id, taskId]);
  expect(stuck.stdout).toContain(`nothing was changed; resume it with kieq dlq redrive ${id}`);
  expect((await pool.ledger.read.generation(id))?.state).toBe('dead');

  await pool.run(['dlq', 'redrive', id, '--pay-again', '--yes']);
  const revived = await pool.run(['adopt', id, taskId]);
  expect(revived.stdout).toContain(`${id} continues with the task ${taskId}`);

  const verdict = { state: 'success', resultUrls: ['https://a.example/1.mp4'] } as const;
  await pool.ledger.settle({ id, taskId, verdict, evidence, archive: 'no', polled: true, vehicleCheckMs: 1000 });
  const over = await pool.run(['adopt', id, taskId, '--json']);
  expect(over.json).toMatchObject({ kind: 'adopted', state: 'succeeded', already: true });
});

it('wants --confirm for a task that only looks alike', async () => {
  const id = await unknown(pool.ledger);
  const taskId = await createdButCut();
  const { code, json, stderr } = await pool.run(['adopt', id, taskId, '--json']);
  expect(code).toBe(4);
  const doubt = 'the task fits in model, input and time, but carries no attempt token';
  expect(json).toEqual({ id, taskId, kind: 'needs_confirmation', attempt: 1, differences: [], doubt });
  expect(stderr).toContain(`${doubt}; if it is the task of this generation, use --confirm`);
  expect((await pool.ledger.read.generation(id))?.state).toBe('unknown');
  const confirmed = await pool.run(['adopt', id, taskId, '--confirm']);
  expect(confirmed.code).toBe(0);
  expect(confirmed.stdout).toContain(`${id} continues with the task ${taskId} of attempt 1, by --confirm`);
});

it('takes a number for the text that it was, as Kie repeats it', async () => {
  simulator.configure({ paramInput: 'string', paramNumbers: 'loose' });
  onTestFinished(() => simulator.configure({ paramInput: 'object', paramNumbers: 'kept' }));
  const id = await unknown(pool.ledger);
  const { json } = await pool.run(['adopt', id, await createdButCut(), '--json']);
  expect(json).toMatchObject({ kind: 'needs_confirmation', differences: [] });
});

it('tells a person field by field what differs, takes their word all the same, and keeps it in the record', async () => {
  const id = await unknown(pool.ledger);
  const taskId = await createdButCut(undefined, 'something else');
  const asked = await pool.run(['adopt', id, taskId]);
  expect(asked.code).toBe(4);
  expect(asked.stderr).toContain('input.prompt should be "a slow pan" and is "something else"');
  expect((await pool.ledger.read.generation(id))?.state).toBe('unknown');
  const vouched = await pool.run(['adopt', id, taskId, '--confirm']);
  expect(vouched.code).toBe(0);
  expect(vouched.stdout).toContain('by --confirm although it differs in input.prompt');
  const { stdout } = await pool.run(['show', id]);
  expect(stdout).toContain('An operator confirmed the task (kieq adopt), although it differs in input.prompt.');
});

it('refuses the task of another system, or an unknown one, also with --confirm', async () => {
  const id = await unknown(pool.ledger);
  const other = await createdButCut('https://elsewhere.example/hook');
  const wrong = await pool.run(['adopt', id, other, '--confirm', '--json']);
  expect(wrong.code).toBe(4);
  expect(wrong.json).toMatchObject({ kind: 'refused', reason: expect.stringContaining('not of this pool') });
  const missing = await pool.run(['adopt', id, 'no-such-task']);
  expect(missing.code).toBe(4);
  expect(missing.stderr).toContain('Kie does not know this task');
  expect((await pool.ledger.read.generation(id))?.state).toBe('unknown');
});

it('refuses a task that another generation has', async () => {
  const id = await unknown(pool.ledger);
  const taskId = await createdButCut();
  await generating(pool.ledger, taskId);
  const { code, stderr } = await pool.run(['adopt', id, taskId, '--confirm']);
  expect(code).toBe(4);
  expect(stderr).toContain('this task belongs to');
});

it('takes an address with /api/v1 for the same Kie, here and in the pool, and says so', async () => {
  const id = await unknown(pool.ledger);
  const taskId = await createdButCut(callbackUrl('http://127.0.0.1:9', id, tokenOf(id)));
  await pool.ledger.settings.overwrite({ baseUrl: `${simulator.url}/api/v1` });
  const { code, stderr } = await runCli(['adopt', id, taskId], {
    ...pool.env,
    KIE_BASE_URL: `${simulator.url}/api/v1/`,
  });
  expect(code).toBe(0);
  expect(stderr).toContain('KIE_BASE_URL ends in /api/v1, which kieq removes');
  expect((await pool.run(['adopt', id, taskId])).code).toBe(0);
});

it('does not ask Kie with the key of another account, or at another address', async () => {
  const id = await unknown(pool.ledger);
  const taskId = await createdButCut();
  const before = { ...simulator.ledger.counts };
  const run = (extra: object) => runCli(['adopt', id, taskId, '--confirm'], { ...pool.env, ...extra });
  const otherKey = await run({ KIE_API_KEY: 'staging-key-of-another' });
  expect(otherKey.code).toBe(4);
  expect(otherKey.stderr).toContain('KIE_API_KEY belongs to another account');
  expect(otherKey.stderr).not.toContain('staging-key');
  const otherUrl = await run({ KIE_BASE_URL: 'http://127.0.0.1:9' });
  expect(otherUrl.code).toBe(4);
  expect(otherUrl.stderr).toContain('KIE_BASE_URL is');
  expect(simulator.ledger.counts).toEqual(before);
});

it('ends with 3 without the generation, with 2 without a key, with 4 in a pool without account', async () => {
  expect((await pool.run(['adopt', 'gen_0000000000', 'task'])).code).toBe(3);
  const keyless = await runCli(['adopt', 'gen_0000000000', 'task', '--json'], { ...pool.env, KIE_API_KEY: '' });
  expect(keyless.code).toBe(2);
  expect(keyless.json).toMatchObject({
    error: { code: 'usage', message: expect.stringContaining('KIE_API_KEY is required') },
  });
  const id = await unknown(pool.ledger);
  await pool.redis.client.del(`${pool.ledger.root}config`);
  expect((await pool.run(['adopt', id, 'task'])).code).toBe(4);
});

it('ends with 5 when Kie cannot be reached, and changes nothing', async () => {
  const kie = `http://127.0.0.1:${await closedPort()}`;
  const away = await testPool('cli-adopt-away', { KIE_BASE_URL: kie });
  const id = await unknown(away.ledger);
  const { code, stderr } = await away.run(['adopt', id, 'task-1', '--confirm']);
  const state = (await away.ledger.read.generation(id))?.state;
  await away.cleanup();
  expect({ code, state }).toEqual({ code: 5, state: 'unknown' });
  expect(stderr).toContain('recordInfo failed');
});
