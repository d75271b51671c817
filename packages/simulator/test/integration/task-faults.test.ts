import { describe, expect, it } from 'vitest';
import { createdId, envelope, query, record, requestOf, started } from '../support.ts';

describe('faults of recordInfo', () => {
  it('notFound and another word, for one answer each', async () => {
    const simulator = await started();
    const taskId = await createdId(simulator, requestOf('x'));
    simulator.script([
      { on: 'recordInfo', fault: { kind: 'notFound' } },
      { on: 'recordInfo', fault: { kind: 'state', word: 'pondering' } },
    ]);
    expect(await envelope(await query(simulator, taskId))).toMatchObject({ code: 422 });
    expect((await record(simulator, taskId)).state).toBe('pondering');
    expect((await record(simulator, taskId)).state).toBe('waiting');
    expect(simulator.ledger.queries().map((entry) => entry.state)).toEqual([undefined, 'pondering', 'waiting']);
  });

  it('fail ends the task and refunds it', async () => {
    const simulator = await started({ credits: 55 });
    const taskId = await createdId(simulator, requestOf('x'));
    const fault = { kind: 'fail', failMsg: 'flagged' } as const;
    simulator.script([{ on: 'recordInfo', when: { prompt: 'x' }, fault }]);
    expect(await record(simulator, taskId)).toMatchObject({ state: 'fail', failMsg: 'flagged' });
    expect(await record(simulator, taskId)).toMatchObject({ state: 'fail' });
    expect(simulator.ledger.balance).toBe(55);
  });

  it.each([
    ['code408', 408],
    ['code501', 501],
  ] as const)('%s ends the task for good', async (kind, code) => {
    const simulator = await started({ credits: 55 });
    const taskId = await createdId(simulator, requestOf('x'));
    simulator.script([{ on: 'recordInfo', fault: { kind } }]);
    expect(await envelope(await query(simulator, taskId))).toMatchObject({ code, data: null });
    expect(await envelope(await query(simulator, taskId))).toMatchObject({ code });
    expect(simulator.ledger.task(taskId)).toMatchObject({ status: 'fail', state: 'refunded' });
  });

  it('stuck stops the task from ending', async () => {
    const simulator = await started();
    const taskId = await createdId(simulator, requestOf('x'));
    simulator.script([{ on: 'recordInfo', fault: { kind: 'stuck' } }]);
    expect((await record(simulator, taskId)).state).toBe('waiting');
    expect(simulator.ledger.task(taskId)?.endsAtMs).toBeNull();
  });

  it('transport faults leave the task alone', async () => {
    const simulator = await started();
    const taskId = await createdId(simulator, requestOf('x'));
    simulator.finish();
    simulator.script([
      { on: 'recordInfo', fault: { kind: 'html', status: 503 } },
      { on: 'recordInfo', fault: { kind: 'status429', retryAfter: 2 } },
      { on: 'recordInfo', fault: { kind: 'code', code: 500 } },
      { on: 'recordInfo', fault: { kind: 'cutBody' } },
    ]);
    expect((await query(simulator, taskId)).status).toBe(503);
    expect((await query(simulator, taskId)).headers.get('retry-after')).toBe('2');
    expect(await envelope(await query(simulator, taskId))).toMatchObject({ code: 500 });
    await expect(record(simulator, taskId)).rejects.toThrow(TypeError);
    expect((await record(simulator, taskId)).state).toBe('success');
  });
});

describe('faults of tasks', () => {
  it('stuck, by prompt', async () => {
    const simulator = await started({ generation: { kind: 'fixed', ms: 0 } });
    simulator.script([{ on: 'task', when: { prompt: 'bad' }, fault: { kind: 'stuck' } }]);
    const [bad, good] = [await createdId(simulator, requestOf('bad')), await createdId(simulator, requestOf('good'))];
    expect((await record(simulator, good)).state).toBe('success');
    expect((await record(simulator, bad)).state).toBe('waiting');
  });

  it('transientFail strikes the first try only', async () => {
    const simulator = await started({ generation: { kind: 'fixed', ms: 0 } });
    simulator.script([{ on: 'task', fault: { kind: 'transientFail' } }]);
    const first = await createdId(simulator, requestOf('x'));
    const second = await createdId(simulator, requestOf('x'));
    expect(await record(simulator, first)).toMatchObject({
      state: 'fail',
      failMsg: 'Internal Error',
    });
    expect((await record(simulator, second)).state).toBe('success');
    expect(simulator.ledger.chargesByPrompt()).toEqual(new Map([['x', 1]]));
  });

  it('fail, duration, unknownFor and result', async () => {
    const simulator = await started();
    simulator.script([
      { on: 'task', when: { call: 1 }, fault: { kind: 'fail', failCode: '430' } },
      { on: 'task', when: { call: 2 }, fault: { kind: 'duration', ms: 0 } },
      { on: 'task', when: { call: 3 }, fault: { kind: 'unknownFor', ms: null } },
      { on: 'task', when: { call: 4 }, fault: { kind: 'result', resultJson: '{"resultUrls":[]}', more: { a: 1 } } },
    ]);
    const ids: string[] = [];
    for (const prompt of ['a', 'b', 'c', 'd']) {
      ids.push(await createdId(simulator, requestOf(prompt)));
    }
    const [failing = '', quick = '', lost = '', odd = ''] = ids;
    expect((await record(simulator, quick)).state).toBe('success');
    simulator.finish();
    expect(await record(simulator, failing)).toMatchObject({ state: 'fail', failCode: '430' });
    expect(await envelope(await query(simulator, lost))).toMatchObject({ code: 422 });
    expect(await record(simulator, odd)).toMatchObject({ resultJson: '{"resultUrls":[]}', a: 1 });
    expect(await record(simulator, quick)).not.toHaveProperty('a');
  });

  it('a success whose result comes at a later query', async () => {
    const simulator = await started();
    simulator.script([
      { on: 'task', fault: { kind: 'duration', ms: 0 } },
      { on: 'recordInfo', when: { times: 2 }, fault: { kind: 'result', resultJson: '', more: { progress: 100 } } },
    ]);
    const late = await createdId(simulator, requestOf('late'));
    for (let i = 0; i < 2; i += 1)
      expect(await record(simulator, late)).toMatchObject({ state: 'success', resultJson: '', progress: 100 });
    expect((await record(simulator, late)).resultJson).toContain(late);
    expect(simulator.ledger.chargesByPrompt()).toEqual(new Map([['late', 1]]));
  });
});

it('faults of the credit endpoint', async () => {
  const simulator = await started();
  simulator.script([{ on: 'credit', fault: { kind: 'html', status: 500 } }]);
  const url = `${simulator.url}/api/v1/chat/credit`;
  expect((await fetch(url)).status).toBe(500);
  expect((await fetch(url)).status).toBe(200);
});
