import { describe, expect, it } from 'vitest';
import { create, createdId, envelope, parsed, record, requestOf, started } from '../support.ts';

describe('createTask', () => {
  it('answers with an opaque id and holds the price', async () => {
    const simulator = await started({ credits: 100 });
    const response = await create(simulator, requestOf('a cat'));
    expect(response.status).toBe(200);
    const { code, msg, data } = await envelope<{ taskId: string; recordId: string }>(response);
    expect({ code, msg }).toEqual({ code: 200, msg: 'success' });
    expect(data.taskId).toMatch(/^[0-9a-f]{32}$/u);
    expect(data.recordId).toBe(data.taskId);
    expect(simulator.ledger.balance).toBe(45);
  });

  it.each([
    ['envelope', 200],
    ['status', 422],
  ] as const)('refuses an invalid request in style %s', async (errorStyle, status) => {
    const simulator = await started({ errorStyle });
    const response = await create(simulator, requestOf('a cat', { duration: '7' }));
    expect(response.status).toBe(status);
    expect(await envelope(response)).toEqual({
      code: 422,
      msg: 'duration is not within the range of allowed options',
      data: null,
    });
    expect(simulator.ledger.tasks()).toHaveLength(0);
  });

  it('can dress validation as 500', async () => {
    const simulator = await started({ validationAs500: true });
    const response = await create(simulator, requestOf(''));
    expect(await envelope(response)).toMatchObject({ code: 500, msg: 'This field is required' });
  });

  it.each(['{"model":', '', '[]'])('refuses the body %j', async (body) => {
    const simulator = await started();
    expect(await envelope(await create(simulator, body))).toMatchObject({ code: 422 });
    expect(simulator.ledger.submissions()).toMatchObject([{ decision: 'refused', code: 422 }]);
  });

  it('asks for the key', async () => {
    const simulator = await started({ apiKey: 'right' });
    const tries = [{}, { authorization: 'Bearer wrong' }, { authorization: 'Bearer right' }];
    const codes: number[] = [];
    for (const headers of tries) {
      codes.push((await envelope(await create(simulator, requestOf('x'), headers))).code);
    }
    expect(codes).toEqual([401, 401, 200]);
  });

  it('refuses what the balance does not cover, until a top-up', async () => {
    const simulator = await started({ credits: 54 });
    expect(await envelope(await create(simulator, requestOf('x')))).toMatchObject({ code: 402 });
    expect(simulator.topUp(1)).toBe(55);
    expect(await envelope(await create(simulator, requestOf('x')))).toMatchObject({ code: 200 });
    expect(simulator.ledger.balance).toBe(0);
    simulator.configure({ credits: 10 });
    expect(simulator.ledger.balance).toBe(10);
  });

  it('echoes the whole request in param, input as object or as string', async () => {
    const simulator = await started();
    const request = { ...requestOf('x'), callBackUrl: 'http://127.0.0.1:9/x' };
    const taskId = await createdId(simulator, request);
    expect(JSON.parse((await record(simulator, taskId)).param)).toEqual(request);
    simulator.configure({ paramInput: 'string' });
    const param = parsed<{ input: string }>((await record(simulator, taskId)).param);
    expect(JSON.parse(param.input)).toMatchObject({ prompt: 'x' });
  });

  it('answers unknown routes with an envelope', async () => {
    const simulator = await started();
    const response = await fetch(`${simulator.url}/api/v1/nothing`);
    expect(response.status).toBe(200);
    expect(await envelope(response)).toMatchObject({ code: 404, data: null });
  });
});

describe('rate limit', () => {
  it('slides over arrivals, and refused requests do not count', async () => {
    let now = 0;
    const clock = { now: () => Date.now(), monotonic: () => now };
    const simulator = await started({ rateLimit: { limit: 2, windowMs: 100 }, clock });
    const at = async (moment: number): Promise<number> => {
      now = moment;
      return (await envelope(await create(simulator, requestOf('x')))).code;
    };
    expect([await at(0), await at(60), await at(99), await at(100)]).toEqual([200, 200, 429, 200]);
    expect([await at(159), await at(160)]).toEqual([429, 200]);
    expect(simulator.ledger.maxSubmissionsInAnyWindow(100)).toBe(4);
    const created = simulator.ledger.maxSubmissionsInAnyWindow(100, (entry) => entry.decision === 'created');
    expect(created).toBe(2);
  });

  it('can count refused requests too', async () => {
    let now = 0;
    const clock = { now: () => Date.now(), monotonic: () => now };
    const simulator = await started({
      rateLimit: { limit: 1, windowMs: 100 },
      countRefused: true,
      clock,
    });
    const codes: number[] = [];
    for (now of [0, 99, 198, 298]) {
      codes.push((await envelope(await create(simulator, requestOf('x')))).code);
    }
    expect(codes).toEqual([200, 429, 429, 200]);
  });

  it('counts at the answer when asked to', async () => {
    const simulator = await started({
      rateLimit: { limit: 1, windowMs: 60_000 },
      createLatency: { minMs: 40, maxMs: 40 },
      countAt: 'answer',
    });
    const arrived = simulator.next('arrival');
    const first = create(simulator, requestOf('first'));
    await arrived;
    expect(simulator.ledger.tasks()).toHaveLength(0);
    expect((await envelope(await first)).code).toBe(200);
    expect((await envelope(await create(simulator, requestOf('second')))).code).toBe(429);
  });
});
