import { describe, expect, it } from 'vitest';
import type { CreateFault, FaultRule } from '../../src/index.ts';
import { create, envelope, failureOf, requestOf, started } from '../support.ts';

type Fault = Extract<FaultRule, { on: 'createTask' }>['fault'];

/** One POST under a fault. */
async function under(fault: Fault): Promise<{
  response: Response;
  created: number;
  submission: unknown;
}> {
  const simulator = await started();
  simulator.script([{ on: 'createTask', fault }]);
  const response = await create(simulator, requestOf('x'));
  const [submission] = simulator.ledger.submissions();
  return { response, created: simulator.ledger.tasks().length, submission };
}

describe('refusals', () => {
  it.each([
    [{ kind: 'status429' }, 429, 429],
    [{ kind: 'envelope429' }, 200, 429],
    [{ kind: 'status402' }, 402, 402],
    [{ kind: 'envelope402' }, 200, 402],
    [{ kind: 'code', code: 433 }, 200, 433],
    [{ kind: 'code', code: 455 }, 200, 455],
    [{ kind: 'code', code: 505 }, 200, 505],
    [{ kind: 'code', code: 999, httpStatus: 500 }, 500, 999],
  ] satisfies [Fault, number, number][])('%j', async (fault, status, code) => {
    const { response, created, submission } = await under(fault);
    expect(response.status).toBe(status);
    expect(await envelope(response)).toMatchObject({ code, data: null });
    expect(created).toBe(0);
    expect(submission).toMatchObject({ decision: 'refused', code, fault: fault.kind });
  });

  it('send Retry-After only where the fault names one', async () => {
    const limited = await under({ kind: 'envelope429', retryAfter: 7 });
    expect(limited.response.headers.get('retry-after')).toBe('7');
    const plain = await under({ kind: 'status429' });
    expect(plain.response.headers.get('retry-after')).toBeNull();
  });
});

describe('answers without an envelope', () => {
  it.each([false, true])('an HTML page; created: %s', async (wanted) => {
    const { response, created, submission } = await under({
      kind: 'html',
      status: 502,
      created: wanted,
    });
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(created).toBe(wanted ? 1 : 0);
    expect(submission).toMatchObject({ decision: wanted ? 'created' : 'none', code: undefined });
  });

  it('a redirect', async () => {
    const { response, created } = await under({ kind: 'redirect', location: 'http://x.invalid/' });
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe('http://x.invalid/');
    expect(created).toBe(0);
  });

  it('broken JSON, created', async () => {
    const { response, created } = await under({ kind: 'invalidJson' });
    await expect(response.json()).rejects.toThrow(SyntaxError);
    expect(created).toBe(1);
  });
});

describe('odd envelopes', () => {
  it.each([false, true])('200 without a taskId; created: %s', async (wanted) => {
    const { response, created } = await under({ kind: 'noTaskId', created: wanted });
    expect(await envelope(response)).toEqual({ code: 200, msg: 'success', data: {} });
    expect(created).toBe(wanted ? 1 : 0);
  });

  it('an error with a taskId', async () => {
    const { response, created, submission } = await under({ kind: 'errorWithTaskId', code: 501 });
    const { code, data } = await envelope<{ taskId: string }>(response);
    expect(code).toBe(501);
    expect(created).toBe(1);
    expect(submission).toMatchObject({ decision: 'created', taskId: data.taskId, code: 501 });
  });

  it('an error although the task was created', async () => {
    const { response, created } = await under({ kind: 'code', code: 500, created: true });
    expect(await envelope(response)).toMatchObject({ code: 500, data: null });
    expect(created).toBe(1);
  });

  it('a huge but valid body', async () => {
    const { response } = await under({ kind: 'hugeBody', bytes: 300_000 });
    const text = await response.text();
    expect(text).toHaveLength(300_000);
    expect(JSON.parse(text)).toMatchObject({ code: 200 });
  });

  it('a slow body', async () => {
    const { response, created } = await under({ kind: 'slowBody', ms: 20 });
    expect(await envelope(response)).toMatchObject({ code: 200 });
    expect(created).toBe(1);
  });
});

describe('lost responses', () => {
  it.each([
    ['cutBefore', 0],
    ['cutAfter', 1],
    ['cutBody', 1],
  ] satisfies [CreateFault['kind'], number][])('%s', async (kind, created) => {
    const simulator = await started();
    simulator.script([{ on: 'createTask', fault: { kind } }]);
    const answered = simulator.next('answer');
    expect(await failureOf(create(simulator, requestOf('x')))).toBeInstanceOf(TypeError);
    expect(await answered).toMatchObject({ delivery: 'lost', fault: kind });
    expect(simulator.ledger.tasks()).toHaveLength(created);
    expect(simulator.ledger.chargesByPrompt().get('x') ?? 0).toBe(created);
  });

  it.each([
    ['hangBefore', 0],
    ['hangAfter', 1],
  ] satisfies [CreateFault['kind'], number][])('%s', async (kind, created) => {
    const simulator = await started();
    simulator.script([{ on: 'createTask', fault: { kind } }]);
    const answer = failureOf(create(simulator, requestOf('x')));
    const submission = await simulator.waitForSubmission((entry) => entry.prompt === 'x');
    expect(submission).toMatchObject({ fault: kind, delivery: 'pending' });
    expect(simulator.ledger.tasks()).toHaveLength(created);
    await simulator.stop();
    expect(await answer).toBeInstanceOf(TypeError);
    expect(submission.delivery).toBe('lost');
  });
});

describe('held answers', () => {
  it('wait for release, the task already created', async () => {
    const simulator = await started();
    simulator.script([{ on: 'createTask', when: { prompt: 'one' }, fault: { kind: 'hold' } }]);
    const answer = create(simulator, requestOf('one'));
    await simulator.waitUntil((counts) => counts.held === 1);
    expect(simulator.ledger.tasks()).toHaveLength(1);
    expect(simulator.release({ prompt: 'other' })).toBe(0);
    expect(simulator.release({ prompt: 'one' })).toBe(1);
    expect(await envelope(await answer)).toMatchObject({ code: 200 });
    expect(simulator.ledger.counts.held).toBe(0);
  });

  it('can hold the creation itself', async () => {
    const simulator = await started();
    simulator.script([{ on: 'createTask', fault: { kind: 'hold', at: 'before' } }]);
    const answer = create(simulator, requestOf('one'));
    await simulator.waitUntil((counts) => counts.held === 1);
    expect(simulator.ledger.tasks()).toHaveLength(0);
    simulator.release();
    expect(await envelope(await answer)).toMatchObject({ code: 200 });
  });

  it('end when the client goes away', async () => {
    const simulator = await started();
    simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
    const abort = new AbortController();
    const gone = fetch(`${simulator.url}/api/v1/jobs/createTask`, {
      method: 'POST',
      body: JSON.stringify(requestOf('one')),
      signal: abort.signal,
    }).catch((error: unknown) => error);
    await simulator.waitUntil((counts) => counts.held === 1);
    abort.abort();
    await gone;
    await simulator.waitUntil((counts) => counts.held === 0 && counts.lost === 1);
    expect(simulator.ledger.submissions()).toMatchObject([{ delivery: 'lost' }]);
  });

  it('delayAnswer creates at arrival and answers later', async () => {
    const simulator = await started();
    simulator.script([{ on: 'createTask', fault: { kind: 'delayAnswer', ms: 30 } }]);
    const answer = create(simulator, requestOf('one'));
    const submission = await simulator.waitForSubmission(() => true);
    expect(submission).toMatchObject({ decision: 'created', delivery: 'pending' });
    const closed = simulator.next('answer');
    expect(await envelope(await answer)).toMatchObject({ code: 200 });
    const { answeredAtMs, arrivedAtMs } = await closed;
    expect((answeredAtMs ?? 0) - arrivedAtMs).toBeGreaterThanOrEqual(29);
  });
});

it('a fault that needs a creation waits for a request that would be created', async () => {
  const simulator = await started();
  simulator.script([{ on: 'createTask', fault: { kind: 'errorWithTaskId' } }]);
  expect(await envelope(await create(simulator, requestOf('')))).toMatchObject({ code: 422 });
  expect(await envelope(await create(simulator, requestOf('x')))).toMatchObject({ code: 500 });
});
