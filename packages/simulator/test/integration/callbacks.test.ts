import { describe, expect, it } from 'vitest';
import { signCallback, type Simulator, type SimulatorSettings } from '../../src/index.ts';
import { createdId, type Received, type Receiver, receiver, requestOf, started } from '../support.ts';

interface Scene {
  readonly simulator: Simulator;
  readonly receiver: Receiver;
  readonly create: (prompt: string) => Promise<string>;
}

async function scene(settings: SimulatorSettings = {}): Promise<Scene> {
  const target = await receiver();
  const simulator = await started(settings);
  const create = async (prompt: string): Promise<string> =>
    createdId(simulator, { ...requestOf(prompt), callBackUrl: target.url });
  return { simulator, receiver: target, create };
}

/** Whether Kie's signature over a received callback is right. */
function isSigned({ headers, body }: Received, key: string): boolean {
  const timestamp = Number(headers['x-webhook-timestamp']);
  return headers['x-webhook-signature'] === signCallback(body.data.taskId, timestamp, key);
}

describe('callbacks', () => {
  it('tell success in the words of recordInfo, unsigned without a key', async () => {
    const { simulator, receiver: target, create } = await scene();
    const taskId = await create('x');
    simulator.finish();
    await simulator.waitUntil((counts) => counts.callbacks === 1);
    const [got] = target.received;
    expect(got?.body).toMatchObject({ code: 200, data: { taskId, state: 'success' } });
    expect(JSON.parse(got?.body.data.param ?? '')).toMatchObject({ callBackUrl: target.url });
    expect(got?.headers['x-webhook-signature']).toBeUndefined();
    expect(simulator.ledger.callbacks()).toMatchObject([{ taskId, status: 200, genuine: true, attempt: 1 }]);
  });

  it('tell failure with code 501, signed with the key', async () => {
    const { simulator, receiver: target, create } = await scene({ webhookKey: 'secret' });
    await create('x');
    simulator.finish({}, { failCode: '500', failMsg: 'flagged' });
    await simulator.waitUntil((counts) => counts.callbacks === 1);
    const [got] = target.received;
    expect(got?.body).toMatchObject({ code: 501, msg: 'flagged', data: { state: 'fail' } });
    expect(got && isSigned(got, 'secret')).toBe(true);
    expect(got && isSigned(got, 'other')).toBe(false);
  });

  it('are tried again until the receiver takes them, but not indefinitely', async () => {
    const callback = { retryDelayMs: 1, retries: 2 };
    const { simulator, receiver: target, create } = await scene({ callback });
    target.statuses.push(500, 307, 200, 500, 500, 500, 500);
    await create('taken');
    simulator.finish();
    await simulator.waitUntil((counts) => counts.callbacks === 3);
    await create('refused');
    simulator.finish();
    await simulator.waitUntil((counts) => counts.callbacks === 6);
    expect(simulator.ledger.callbacks().map((entry) => entry.status)).toEqual([500, 307, 200, 500, 500, 500]);
  });

  it('are given up after the timeout', async () => {
    const callback = { timeoutMs: 20, retries: 0 };
    const { simulator } = await scene({ callback });
    const silent = await started();
    silent.script([{ on: 'createTask', fault: { kind: 'hangBefore' } }]);
    const callBackUrl = `${silent.url}/api/v1/jobs/createTask`;
    await createdId(simulator, { ...requestOf('x'), callBackUrl });
    simulator.finish();
    await simulator.waitUntil((counts) => counts.callbacks === 1);
    expect(simulator.ledger.callbacks()).toMatchObject([{ status: undefined }]);
  });

  it('survive an address that is none', async () => {
    const { simulator } = await scene();
    await createdId(simulator, { ...requestOf('x'), callBackUrl: 'nonsense' });
    simulator.finish();
    expect(simulator.ledger.counts.succeeded).toBe(1);
  });

  it('come in duplicate when configured', async () => {
    const { simulator, receiver: target, create } = await scene({ callback: { duplicates: 2 } });
    await create('x');
    simulator.finish();
    await simulator.waitUntil((counts) => counts.callbacks === 3);
    expect(new Set(target.received.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });
});

describe('faults of callbacks', () => {
  it('lost: the others still come', async () => {
    const { simulator, receiver: target, create } = await scene();
    simulator.script([{ on: 'callback', when: { prompt: 'gone' }, fault: { kind: 'lost' } }]);
    await create('gone');
    const kept = await create('kept');
    simulator.finish();
    await simulator.waitUntil((counts) => counts.callbacks === 1);
    expect(target.received.map(({ body }) => body.data.taskId)).toEqual([kept]);
  });

  it('early: before the answer of createTask', async () => {
    const { simulator, receiver: target, create } = await scene();
    simulator.script([{ on: 'callback', fault: { kind: 'early' } }]);
    const order: string[] = [];
    simulator.on('callback', () => order.push('callback'));
    simulator.on('answer', () => order.push('answer'));
    const taskId = await create('x');
    await simulator.waitUntil((counts) => counts.delivered === 1);
    expect(order).toEqual(['callback', 'answer']);
    expect(target.received).toMatchObject([{ body: { data: { taskId, state: 'success' } } }]);
  });

  it('late and duplicated', async () => {
    const { simulator, receiver: target, create } = await scene();
    simulator.script([
      { on: 'callback', when: { prompt: 'late' }, fault: { kind: 'late', ms: 40 } },
      { on: 'callback', when: { prompt: 'twice' }, fault: { kind: 'duplicated' } },
    ]);
    const late = await create('late');
    const twice = await create('twice');
    simulator.finish({ taskId: twice });
    await simulator.waitUntil((counts) => counts.callbacks === 2);
    simulator.finish({ taskId: late });
    const { sentAtMs } = await simulator.next('callback');
    const endedAtMs = simulator.ledger.task(late)?.endsAtMs ?? Infinity;
    expect(sentAtMs - endedAtMs).toBeGreaterThanOrEqual(39);
    expect(target.received.map(({ body }) => body.data.taskId)).toEqual([twice, twice, late]);
  });

  it.each(['signature', 'taskId', 'body'] as const)('forged: %s', async (variant) => {
    const { simulator, receiver: target, create } = await scene({ webhookKey: 'secret' });
    simulator.script([{ on: 'callback', fault: { kind: 'forged', variant } }]);
    const taskId = await create('x');
    await simulator.waitUntil((counts) => counts.callbacks === 1);
    expect(simulator.ledger.task(taskId)?.status).toBe('running');
    const [lie] = target.received;
    expect(lie?.body.data.state).toBe('success');
    expect(lie?.body.data.taskId === taskId).toBe(variant !== 'taskId');
    expect(lie && isSigned(lie, 'secret')).toBe(variant !== 'signature');
    simulator.finish();
    await simulator.waitUntil((counts) => counts.callbacks === 2);
    expect(simulator.ledger.callbacks().map((entry) => entry.genuine)).toEqual([false, true]);
  });
});
