import { describe, expect, it } from 'vitest';
import { KLING_MODEL, type Simulator } from '../../src/index.ts';
import { create, createdId, envelope, query, record, requestOf, started } from '../support.ts';

const CALLBACK = 'http://127.0.0.1:9/never/called';
const asked = { ...requestOf('a cat'), callBackUrl: CALLBACK };
const TIMES = { createTime: expect.any(Number), completeTime: expect.any(Number) };

async function data(simulator: Simulator, taskId: string): Promise<unknown> {
  return (await envelope(await query(simulator, taskId))).data;
}

describe('the document', () => {
  it('is answered to the letter', async () => {
    const simulator = await started({ dialect: 'document' });
    const created = await envelope<{ taskId: string }>(await create(simulator, asked));
    const { taskId } = created.data;
    const param = JSON.stringify(asked);
    const blank = { resultJson: null, failCode: null, failMsg: null, costTime: null, completeTime: null };
    const constant = { taskId, model: KLING_MODEL, param, createTime: expect.any(Number) };

    expect(created).toEqual({ code: 200, msg: 'success', data: { taskId } });
    expect(await data(simulator, taskId)).toEqual({ ...constant, ...blank, state: 'waiting' });
    simulator.finish();
    const resultJson = JSON.stringify({ resultUrls: [`${simulator.url}/results/${taskId}.mp4`] });
    const ended = { ...constant, ...blank, ...TIMES, state: 'success', resultJson, costTime: expect.any(Number) };
    expect(await data(simulator, taskId)).toEqual(ended);
    expect(await envelope(await create(simulator, requestOf('')))).toMatchObject({ code: 422 });
  });
});

describe('the wire', () => {
  it('is answered as the service was seen to answer', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, monotonic: () => performance.now() };
    const generation = { kind: 'fixed', ms: 10_000 } as const;
    const simulator = await started({ dialect: 'wire', generation, clock });
    const created = await envelope<{ taskId: string }>(await create(simulator, asked));
    const { taskId } = created.data;
    // `input` is once more JSON text, and the text "5" came back as 5.
    const input = { prompt: 'a cat', image_urls: ['https://example.com/a.png'], sound: false, duration: 5 };
    const param = JSON.stringify({ model: KLING_MODEL, input: JSON.stringify(input), callBackUrl: CALLBACK });
    const constant = { taskId, model: KLING_MODEL, param, createTime: 1_000_000 };
    const blank = { resultJson: '', failCode: '', failMsg: '', costTime: '', completeTime: '' };
    const running = { ...constant, ...blank, successFlag: 0, response: null };

    expect(created.data).toEqual({ taskId, recordId: taskId });
    expect(await data(simulator, taskId)).toEqual({ ...running, state: 'waiting' });
    now += 2000;
    expect(await data(simulator, taskId)).toEqual({ ...running, state: 'queuing' });
    now += 8000;
    const response = { resultUrls: [`${simulator.url}/results/${taskId}.mp4`] };
    expect(await data(simulator, taskId)).toEqual({
      ...running,
      state: 'success',
      resultJson: JSON.stringify(response),
      response,
      successFlag: 1,
      costTime: 10,
      completeTime: 1_010_000,
      creditsConsumed: 55,
    });
  });

  it('tells of a failure', async () => {
    const simulator = await started({ dialect: 'wire' });
    const taskId = await createdId(simulator, asked);
    simulator.finish({}, { failCode: '500', failMsg: 'no' });

    const failed = { state: 'fail', resultJson: '', successFlag: 3, response: null, creditsConsumed: 0 };
    expect(await record(simulator, taskId)).toMatchObject({ ...failed, failCode: '500', failMsg: 'no' });
  });

  it.each([
    ['a missing field', { sound: undefined }, 500, 'This field is required'],
    ['a value that is no option', { duration: '7' }, 500, 'duration is not within the range of allowed options'],
    ['a wrong type', { sound: 'yes' }, 422, 'sound must be a boolean'],
  ])('refuses %s with the code that was seen', async (_name, input, code, msg) => {
    const simulator = await started({ dialect: 'wire' });
    const answer = await create(simulator, requestOf('x', input));
    expect(answer.status).toBe(200);
    expect(await envelope(answer)).toEqual({ code, msg, data: null });
  });
});

it('leaves what is given with it, and is changed at run time', async () => {
  const simulator = await started({ dialect: 'wire', states: 'waiting', costTime: 'milliseconds' });
  expect(simulator.options).toMatchObject({ dialect: 'wire', states: 'waiting', paramInput: 'string' });
  simulator.configure({ blankFields: 'null' });
  expect(simulator.options).toMatchObject({ blankFields: 'null', paramInput: 'string', costTime: 'milliseconds' });
  simulator.configure({ dialect: 'document', creditsConsumed: true });
  expect(simulator.options).toMatchObject({ dialect: 'document', paramInput: 'object', creditsConsumed: true });
});

it('is, when none is chosen, each option by itself', async () => {
  const simulator = await started();
  const taskId = await createdId(simulator, asked);
  simulator.finish();
  expect(await data(simulator, taskId)).toEqual({
    taskId,
    model: KLING_MODEL,
    state: 'success',
    param: JSON.stringify(asked),
    resultJson: expect.stringContaining('resultUrls'),
    failCode: null,
    failMsg: null,
    costTime: 0,
    creditsConsumed: 55,
    ...TIMES,
  });
});
