import { describe, expect, it } from 'vitest';
import { createdId, envelope, query, record, requestOf, started } from '../support.ts';

describe('recordInfo', () => {
  it('waits, then reports the result', async () => {
    const simulator = await started();
    const taskId = await createdId(simulator, requestOf('x'));
    expect(await record(simulator, taskId)).toMatchObject({
      taskId,
      model: 'kling-2.6/image-to-video',
      state: 'waiting',
      resultJson: null,
      failCode: null,
      costTime: null,
      completeTime: null,
    });
    expect(simulator.finish({ taskId })).toBe(1);
    const ended = await record(simulator, taskId);
    expect(ended).toMatchObject({ state: 'success', creditsConsumed: 55 });
    expect(ended.completeTime).toBeGreaterThanOrEqual(ended.createTime);
    expect(JSON.parse(ended.resultJson ?? '')).toEqual({
      resultUrls: [`${simulator.url}/results/${taskId}.mp4`],
    });
  });

  it('ends tasks by itself after the drawn time', async () => {
    const simulator = await started({ generation: { kind: 'uniform', minMs: 5, maxMs: 10 } });
    const settled = simulator.next('settled');
    const taskId = await createdId(simulator, requestOf('x'));
    expect((await settled).taskId).toBe(taskId);
    expect((await record(simulator, taskId)).state).toBe('success');
  });

  it('fails by chance, with a refund', async () => {
    const failures = [{ failCode: '501', failMsg: 'no' }];
    const simulator = await started({ failRate: 1, failures, credits: 55 });
    const taskId = await createdId(simulator, requestOf('x'));
    expect(simulator.ledger.balance).toBe(0);
    simulator.finish();
    expect(await record(simulator, taskId)).toMatchObject({
      state: 'fail',
      failCode: '501',
      failMsg: 'no',
      creditsConsumed: 0,
      resultJson: null,
    });
    expect(simulator.ledger.balance).toBe(55);
    expect(simulator.ledger.charges()).toMatchObject([{ state: 'refunded' }]);
  });

  it('shows progress words, blank fields and milliseconds when asked to', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, monotonic: () => performance.now() };
    const simulator = await started({
      states: 'progress',
      blankFields: 'empty',
      costTime: 'milliseconds',
      generation: { kind: 'fixed', ms: 10_000 },
      clock,
    });
    const taskId = await createdId(simulator, requestOf('x'));
    const words: string[] = [];
    for (const elapsed of [0, 1000, 2500, 9999, 10_000]) {
      now = 1_000_000 + elapsed;
      words.push((await record(simulator, taskId)).state);
    }
    expect(words).toEqual(['waiting', 'queuing', 'generating', 'generating', 'success']);
    expect(await record(simulator, taskId)).toMatchObject({
      costTime: 10_000,
      completeTime: 1_010_000,
      createTime: 1_000_000,
      failMsg: '',
    });
    simulator.configure({ costTime: 'seconds' });
    expect((await record(simulator, taskId)).costTime).toBe(10);
  });

  it('does not know a new task for a while', async () => {
    let now = 5000;
    const clock = { now: () => now, monotonic: () => performance.now() };
    const simulator = await started({ freshUnknownMs: 100, clock });
    const taskId = await createdId(simulator, requestOf('x'));
    const unknown = { code: 422, msg: 'recordInfo is null', data: null };
    expect(await envelope(await query(simulator, taskId))).toEqual(unknown);
    now = 5100;
    expect((await envelope(await query(simulator, taskId))).code).toBe(200);
    expect(await envelope(await query(simulator, 'unknown-task'))).toEqual(unknown);
  });

  it('has a limit of its own when asked to, and counts queries', async () => {
    let now = 0;
    const clock = { now: () => Date.now(), monotonic: () => now };
    const simulator = await started({ queryLimit: { limit: 2, windowMs: 1000 }, clock });
    const codes: number[] = [];
    for (now of [0, 1, 2, 1000]) codes.push((await envelope(await query(simulator, 'x'))).code);
    expect(codes).toEqual([422, 422, 429, 422]);
    expect(simulator.ledger.maxQueriesInAnyWindow(1000)).toBe(3);
    expect(simulator.ledger.queries()[2]).toMatchObject({ call: 3, taskId: 'x', code: 429 });
  });

  it('reports the balance as a plain number', async () => {
    const simulator = await started({ credits: 5916.25, apiKey: 'k' });
    const url = `${simulator.url}/api/v1/chat/credit`;
    const headers = { authorization: 'Bearer k' };
    expect(await envelope(await fetch(url, { headers }))).toMatchObject({ data: 5916.25 });
    expect(await envelope(await fetch(url))).toMatchObject({ code: 401 });
  });
});
