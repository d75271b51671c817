import { describe, expect, it } from 'vitest';
import { createSimulator, type Simulator, type Summary } from '../../src/index.ts';
import { create, createdId, envelope, failureOf, parsed, requestOf, started } from '../support.ts';

async function control<Result>(simulator: Simulator, path: string, body: unknown): Promise<Result> {
  const response = await fetch(`${simulator.url}/__sim/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return parsed(await response.text());
}

async function fetchJson<Result>(simulator: Simulator, path: string): Promise<Result> {
  return parsed(await (await fetch(`${simulator.url}/__sim/${path}`)).text());
}

describe('control routes', () => {
  it('exist only when asked for, and only on loopback', async () => {
    const simulator = await started();
    const response = await fetch(`${simulator.url}/__sim/summary`);
    expect(await envelope(response)).toMatchObject({ code: 404 });
    expect(() => createSimulator({ control: true, host: '0.0.0.0' })).toThrow(/loopback/u);
  });

  it('script faults, name bad ones, and clear them', async () => {
    const simulator = await started({ control: true });
    const rule = { on: 'createTask', when: { times: 'always' }, fault: { kind: 'status429' } };
    expect(await control(simulator, 'faults', [rule])).toEqual({ ok: true });
    expect((await create(simulator, requestOf('x'))).status).toBe(429);
    const bad = await control<{ error: string }>(simulator, 'faults', [{ on: 'nowhere' }]);
    expect(bad.error).toContain('faults[0].on');
    await fetch(`${simulator.url}/__sim/faults`, { method: 'DELETE' });
    expect((await create(simulator, requestOf('x'))).status).toBe(200);
  });

  it('configure, top up, finish, release and reset', async () => {
    const simulator = await started({ control: true, credits: 0 });
    expect(await control(simulator, 'top-up', { credits: 200 })).toEqual({ balance: 200 });
    expect(await control(simulator, 'configure', { states: 'progress' })).toEqual({ ok: true });
    const bad = await control<{ error: string }>(simulator, 'configure', { failRate: 7 });
    expect(bad.error).toContain('failRate');
    await control(simulator, 'faults', { faults: [{ on: 'createTask', fault: { kind: 'hold' } }] });
    const answer = create(simulator, requestOf('held'));
    expect(await fetchJson(simulator, 'wait?held=1')).toMatchObject({ reached: true });
    expect(await control(simulator, 'release', { prompt: 'held' })).toEqual({ released: 1 });
    expect((await envelope(await answer)).code).toBe(200);
    const failure = { failCode: '1', failMsg: 'x' };
    expect(await control(simulator, 'finish', { failure })).toEqual({ finished: 1 });
    expect(await fetchJson(simulator, 'summary')).toMatchObject({ failed: 1, refundedCredits: 55 });
    await control(simulator, 'reset', {});
    expect(await fetchJson(simulator, 'summary')).toMatchObject({ submissions: 0, balance: 0 });
  });

  it('show the ledger and its summary', async () => {
    const simulator = await started({ control: true });
    await createdId(simulator, requestOf('twice'));
    await createdId(simulator, requestOf('twice'));
    await create(simulator, requestOf(''));
    simulator.finish();
    const summary = await fetchJson<Summary>(simulator, 'summary');
    expect(summary).toMatchObject({
      submissions: 3,
      created: 2,
      succeeded: 2,
      running: 0,
      chargedCredits: 110,
      heldCredits: 0,
      refusedByCode: { '422': 1 },
      paidTwice: ['twice'],
      maxSubmissionsPerWindow: 3,
    });
    const ledger = await fetchJson<{ submissions: unknown[]; tasks: unknown[] }>(simulator, 'ledger?since=1');
    expect(ledger).toMatchObject({ chargesByPrompt: { twice: 2 } });
    expect([ledger.submissions.length, ledger.tasks.length]).toEqual([2, 1]);
  });

  it('wait for counters, and give up in time', async () => {
    const simulator = await started({ control: true });
    const waiting = fetchJson(simulator, 'wait?submissions=1&delivered=1');
    await create(simulator, requestOf('x'));
    expect(await waiting).toMatchObject({ reached: true, counts: { submissions: 1 } });
    expect(await fetchJson(simulator, 'wait?submissions=2&timeoutMs=1')).toMatchObject({
      reached: false,
    });
  });
});

describe('the ledger', () => {
  it('is exact under load', async () => {
    const simulator = await started({ credits: 55 * 300, rateLimit: { limit: 250, windowMs: 3_600_000 } });
    simulator.script([
      { on: 'createTask', when: { call: 7 }, fault: { kind: 'cutAfter' } },
      { on: 'task', when: { call: 9 }, fault: { kind: 'fail' } },
    ]);
    const prompts = Array.from({ length: 300 }, (_, index) => `p${index % 150}`);
    await Promise.all(prompts.map(async (prompt) => failureOf(create(simulator, requestOf(prompt)))));
    simulator.finish();
    const { ledger } = simulator;
    expect(ledger.submissions().map((entry) => entry.call)).toEqual(prompts.map((_, index) => index + 1));
    expect(ledger.tasks()).toHaveLength(250);
    expect(ledger.balance).toBe(55 * (300 - 249));
    const charged = [...ledger.chargesByPrompt().values()].reduce((sum, times) => sum + times, 0);
    expect(charged).toBe(249);
    expect(simulator.summary()).toMatchObject({ refusedByCode: { '429': 50 }, lost: 1, delivered: 299 });
    expect(ledger.chargesBy((charge) => charge.model)).toEqual(new Map([['kling-2.6/image-to-video', 249]]));
  });

  it('keeps arrival times on both clocks', async () => {
    const before = Date.now();
    const simulator = await started();
    await create(simulator, requestOf('a'));
    await create(simulator, requestOf('b'));
    const [first, second] = simulator.ledger.submissions();
    expect(first?.arrivedAtMs).toBeGreaterThanOrEqual(before);
    expect(second?.arrivedAtMonoMs).toBeGreaterThan(first?.arrivedAtMonoMs ?? Infinity);
  });
});

describe('stop and start', () => {
  it('keeps the port, the account and the tasks', async () => {
    const simulator = await started();
    const { url } = simulator;
    const taskId = await createdId(simulator, requestOf('x'));
    await simulator.stop();
    expect(await failureOf(create(simulator, requestOf('y')))).toBeInstanceOf(TypeError);
    expect((await simulator.start()).url).toBe(url);
    simulator.finish();
    expect(simulator.ledger.task(taskId)?.state).toBe('charged');
  });

  it('refuses to start twice', async () => {
    const simulator = await started();
    await expect(simulator.start()).rejects.toThrow(/already started/u);
  });

  it('a wait that times out names the counts', async () => {
    const simulator = await started();
    await expect(simulator.waitUntil((counts) => counts.created > 0, 1)).rejects.toThrow(
      /not met within \d+ ms; counts .*"created":0/u,
    );
    await expect(simulator.next('settled', undefined, { timeoutMs: 1 })).rejects.toThrow(/no matching 'settled'/u);
  });
});
