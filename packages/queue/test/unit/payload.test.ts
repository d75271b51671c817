import { jobGenerationId, keyedGenerationId } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import { LossyNumber } from '../../src/jobs/json-text.ts';
import { checkRequest, checkSubmitJob, type CheckedRequest, type PayloadCheck } from '../../src/jobs/payload.ts';

const request = {
  model: 'kling-2.6/image-to-video',
  input: { prompt: 'a cat', image_urls: ['https://example.com/a.png'], sound: false, duration: '5' },
};
const idFor = (): string => 'gen_0123456789';
const job = { id: 'job-1', timestamp: 1_754_000_000_000 };

function valueOf<Value>(check: PayloadCheck<Value>): Value {
  if (!check.ok) throw new Error(JSON.stringify(check.problems));
  return check.value;
}

const checked = (given: unknown, options: unknown = {}): CheckedRequest => valueOf(checkRequest(given, options, idFor));

describe('checkRequest', () => {
  test('fills in the defaults and freezes request, callback, metadata and key', () => {
    const options = { idempotencyKey: 'k', callBackUrl: 'https://caller.example/hook', metadata: { order: '' } };
    const value = checked(request, options);
    expect(value).toMatchObject({
      tenant: 'default',
      priority: 100,
      delayMs: 0,
      model: request.model,
      id: keyedGenerationId('default', 'k'),
    });
    expect(value).not.toHaveProperty('deadlineMs');
    expect(JSON.parse(value.payload)).toEqual({ request, ...options });
  });

  test('without a key the caller names the generation', () => {
    expect(checked(request).id).toBe('gen_0123456789');
  });

  test('the hash is the same for what means the same, whatever the order, urgency, deadline or key', () => {
    const { hash } = checked(request, { metadata: { a: '1', b: '2' } });
    const reversed = { input: Object.fromEntries(Object.entries(request.input).toReversed()), model: request.model };
    expect(
      checked(reversed, {
        metadata: { b: '2', a: '1' },
        priority: 1,
        delayMs: 5,
        deadlineMs: 7,
        tenant: 't',
        idempotencyKey: 'k',
      }).hash,
    ).toBe(hash);
  });

  test('the hash is the one that every version before made: a key that is used again finds its generation', () => {
    const { hash } = checked(request, { metadata: { b: '2', a: '1' }, callBackUrl: 'https://caller.example/hook' });
    expect(hash).toBe('d24ac982f4a0c583dbe09407a9804b58493f2d3fb7b608ce702363b973b6733c');
  });

  test.each([
    ['input', { ...request, input: { ...request.input, sound: true } }, {}],
    ['an additional input field', { ...request, input: { ...request.input, seed: 0 } }, {}],
    ['metadata', request, { metadata: { order: '7' } }],
    ['callback', request, { callBackUrl: 'https://caller.example/hook' }],
  ])('the hash differs by %s', (_what, other, options) => {
    expect(checked(other, options).hash).not.toBe(checked(request).hash);
  });

  test('reports all problems of request and options together', () => {
    const check = checkRequest(
      { model: request.model, input: { ...request.input, duration: 5 } },
      { priority: 0, delayMs: -1 },
      idFor,
    );
    expect(check).toMatchObject({
      ok: false,
      problems: [
        { field: 'input.duration', received: '5' },
        { field: 'priority', received: '0' },
        { field: 'delayMs', received: '-1' },
      ],
    });
  });

  test.each<[options: object, field: string, rule: string, received: string]>([
    [{ tenant: 'a b' }, 'tenant', 'letters', '"a b"'],
    [{ priority: 1001 }, 'priority', 'at most 1000', '1001'],
    [{ priority: 1.5 }, 'priority', 'whole', '1.5'],
    [{ delayMs: 7 * 86_400_000 + 1 }, 'delayMs', 'at most 604800000', '604800001'],
    [{ deadlineMs: 0 }, 'deadlineMs', 'at least 1', '0'],
    [{ metadata: { order: 7 } }, 'metadata.order', 'a text', '7'],
    [{ metadata: { note: 'x'.repeat(1001) } }, 'metadata.note', '1000', '"xxx'],
    [{ metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])) }, 'metadata', '50', '{"k0"'],
    [{ callBackUrl: 'ftp://x.example' }, 'callBackUrl', 'http', '"ftp://x.example"'],
    [{ idempotencyKey: 'x'.repeat(256) }, 'idempotencyKey', 'at most 255', '"xxx'],
  ])('refuses the options %j', (options, field, rule, received) => {
    const problem = { field, rule: expect.stringContaining(rule), received: expect.stringContaining(received) };
    expect(checkRequest(request, options, idFor)).toEqual({ ok: false, problems: [problem] });
  });

  test('0 and "" are values, and nothing is coerced', () => {
    const value = checked(
      { model: 'other/model', input: { seed: 0, text: '', flag: false, none: null } },
      { delayMs: 0, metadata: { empty: '' } },
    );
    expect(JSON.parse(value.payload)).toMatchObject({
      request: { input: { seed: 0, text: '', flag: false, none: null } },
      metadata: { empty: '' },
    });
    expect(checkRequest(request, { priority: '5' }, idFor).ok).toBe(false);
  });
});

describe('what would not arrive as it was meant', () => {
  const HALF = '\ud800';

  test('is refused with its field: half characters and numbers that would lose digits, at any depth', () => {
    const number = new LossyNumber('9007199254740993');
    const input = { prompt: `a ${HALF} cat`, [`x${HALF}`]: 1, list: [{ seed: number }], good: '🎬' };
    const check = checkRequest({ model: 'other/model', input }, { metadata: { order: HALF } }, idFor);
    expect(check).toEqual({
      ok: false,
      problems: [
        { field: 'input.prompt', rule: expect.stringContaining('whole characters'), received: '"a \\ud800 cat"' },
        { field: 'input.x\ufffd', rule: expect.stringContaining('named in whole characters'), received: '"x\\ud800"' },
        { field: 'input.list[0].seed', rule: expect.stringContaining('digits'), received: '9007199254740993' },
        { field: 'metadata.order', rule: expect.stringContaining('whole characters'), received: '"\\ud800"' },
      ],
    });
  });

  test('a raw job is exempt: its client has decoded it', () => {
    const raw = { v: 1, request: { model: 'other/model', input: { prompt: HALF } } };
    expect(checkSubmitJob(raw, job).ok).toBe(true);
  });
});

const ABSENT = [null, '', '  '];

describe('optional fields that are absent in another spelling', () => {
  const names = ['priority', 'delayMs', 'deadlineMs', 'callBackUrl', 'metadata'];
  const naming = { idempotencyKey: null, tenant: null };

  test.each(ABSENT)('%j is as if they were missing, in options and in jobs', (blank) => {
    const options = { ...Object.fromEntries(names.map((name) => [name, blank])), ...naming };
    expect(checked({ ...request, callBackUrl: blank }, options)).toEqual(checked(request));
    expect(checkSubmitJob({ v: 1, request, ...options, generation: null }, job)).toEqual(
      checkSubmitJob({ v: 1, request }, job),
    );
    expect(checkSubmitJob({ v: 1, request: { ...request, callBackUrl: blank } }, job)).toEqual(
      checkSubmitJob({ v: 1, request }, job),
    );
    expect(checkSubmitJob({ v: 1, generation: 'gen_aaaaaaaaaa', request: blank }, job)).toEqual(
      checkSubmitJob({ v: 1, generation: 'gen_aaaaaaaaaa' }, job),
    );
  });

  test.each(['idempotencyKey', 'tenant'])(
    'an empty %s is a mistake that must be heard of before it is paid',
    (name) => {
      const mistake = { ok: false, problems: [{ field: name, received: '""' }] };
      expect(checkRequest(request, { [name]: '' }, idFor)).toMatchObject(mistake);
      expect(checkSubmitJob({ v: 1, request, [name]: '' }, job)).toMatchObject(mistake);
    },
  );
});

const idOf = (id: string, timestamp: number): string =>
  valueOf(checkSubmitJob({ v: 1, request }, { id, timestamp })).generation;

describe('checkSubmitJob', () => {
  test('a job with an id, with a key, with neither', () => {
    expect(valueOf(checkSubmitJob({ v: 1, request, generation: 'gen_aaaaaaaaaa' }, job)).generation).toBe(
      'gen_aaaaaaaaaa',
    );
    expect(valueOf(checkSubmitJob({ v: 1, request, idempotencyKey: 'k', tenant: 't' }, job)).generation).toBe(
      keyedGenerationId('t', 'k'),
    );
    expect(valueOf(checkSubmitJob({ v: 1, request }, job)).generation).toBe(
      jobGenerationId('default', job.id, job.timestamp),
    );
  });

  test('the same job is the same generation, another is another', () => {
    expect(idOf('job-1', 1)).toBe(idOf('job-1', 1));
    expect(new Set([idOf('job-1', 1), idOf('job-1', 2), idOf('job-2', 1)]).size).toBe(3);
  });

  test('a later vehicle only names its generation', () => {
    expect(checkSubmitJob({ v: 1, generation: 'gen_aaaaaaaaaa' }, job)).toEqual({
      ok: true,
      value: { generation: 'gen_aaaaaaaaaa' },
    });
  });

  // @guarantee G1
  test.each([
    { v: 1, request, idempotencykey: 'misspelt' },
    { v: 1, request: { ...request, priority: 1 } },
  ])('a field that nobody knows is refused: dropped in silence it could cost money', (data) => {
    expect(checkSubmitJob(data, job).ok).toBe(false);
  });

  test("the caller's callback address may stand where Kie has it", () => {
    const callBackUrl = 'https://caller.example/hook';
    const inside = valueOf(checkSubmitJob({ v: 1, request: { ...request, callBackUrl } }, job)).request;
    const beside = valueOf(checkSubmitJob({ v: 1, request, callBackUrl }, job)).request;
    expect(inside).toEqual(beside);
    expect(JSON.parse(inside?.payload ?? '')).toEqual({ request, callBackUrl });
  });

  test.each([
    ['no version', { request }, 'v', 'undefined'],
    ['a newer version', { v: 2, request }, 'v', '2'],
    ['neither request nor generation', { v: 1 }, 'request', 'undefined'],
    ['a foreign id', { v: 1, request, generation: 'gen_UPPER' }, 'generation', '"gen_UPPER"'],
    ['a request without input', { v: 1, request: { model: 'm' } }, 'request.input', 'undefined'],
    [
      'an input that breaks the rules of its model',
      { v: 1, request: { ...request, input: {} } },
      'input.prompt',
      'undefined',
    ],
  ])('%s', (_what, data, field, received) => {
    const check = checkSubmitJob(data, job);
    expect(check.ok ? [] : check.problems).toContainEqual({ field, rule: expect.any(String), received });
  });

  test.each([null, undefined, 0, 'text', true, [], [[[]]]])('%j is no payload', (data) => {
    expect(checkSubmitJob(data, job).ok).toBe(false);
  });
});

/** A request of a model that nobody checks, with so many values in all: itself, model, input, list and its members. */
function ofValues(count: number): object {
  return { model: 'other/model', input: { list: Array.from({ length: count - 4 }, () => 0) } };
}

describe('at most 2000 values', () => {
  const tooMany = {
    ok: false,
    problems: [{ field: 'input', rule: 'must have at most 2000 values', received: 'more' }],
  };

  test('of a request and of a job: no more are looked at, so that there is one problem and not one for each', () => {
    expect(checkRequest(ofValues(2000), {}, idFor).ok).toBe(true);
    expect(checkRequest(ofValues(2001), {}, idFor)).toEqual(tooMany);
    // The job itself and its version are two more.
    expect(checkSubmitJob({ v: 1, request: ofValues(1998) }, job).ok).toBe(true);
    expect(checkSubmitJob({ v: 1, request: ofValues(1999) }, job)).toEqual(tooMany);
  });

  test('of the options, and spread over many small objects', () => {
    const unknown = Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`x${i}`, 1]));
    expect(checkRequest(request, unknown, idFor)).toEqual(tooMany);
    const small = Array.from({ length: 700 }, () => ({ a: [0] }));
    expect(checkRequest({ model: 'other/model', input: { small } }, {}, idFor)).toEqual(tooMany);
  });

  test('a list is measured before it is copied', () => {
    const sparse: unknown[] = [];
    sparse.length = 4_000_000_000;
    const endless = new Proxy(sparse, {
      ownKeys: () => {
        throw new Error('somebody listed its members');
      },
    });
    expect(checkRequest({ model: 'other/model', input: { endless } }, {}, idFor)).toEqual(tooMany);
    expect(checkSubmitJob({ v: 1, request: { model: 'other/model', input: { endless } } }, job)).toEqual(tooMany);
  });
});
