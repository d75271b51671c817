import { describe, expect, test } from 'vitest';
import { createClient } from '../../src/client.ts';
import { created, cut, errorOf, failure, generation, json, world } from '../support.ts';

describe('a create call', () => {
  test('is repeated with the same key and body until the gateway has it', async () => {
    const steps = [cut, failure('unavailable', 503, { 'retry-after': '3' }), failure('rate_limited', 429), created()];
    const { client, sent, pauses } = world(steps);
    const made = await client.enqueue('m', { prompt: 'x' }, { webhookUrl: 'https://a.test/', priority: 5 });
    expect(made).toEqual({ id: 'gen_1', created: true, state: 'queued', idempotencyKey: 'key-1' });
    const body = {
      model: 'm',
      input: { prompt: 'x' },
      idempotencyKey: 'key-1',
      callBackUrl: 'https://a.test/',
      priority: 5,
    };
    expect(sent.map((one) => one.body)).toEqual([body, body, body, body]);
    expect(sent[0]?.path).toBe('/base/v1/generations');
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer kq-1');
    // 0.5 s; what Retry-After asks for; 2 s.
    expect(pauses).toEqual([500, 3000, 2000]);
  });

  test.each([
    ['the bad gateway of a proxy', () => new Response('<h1>bad</h1>', { status: 502 })],
    ['the timeout of a proxy', () => new Response('', { status: 504 })],
    ['a body that is cut', () => new Response(new ReadableStream({ start: (c) => c.error(new Error('cut')) }))],
  ])('is repeated after %s', async (_what, step) => {
    const { client, sent } = world([step, created()]);
    await client.enqueue('m', {});
    expect(sent).toHaveLength(2);
  });

  test('is given up after the retries, with the key, and with what may exist', async () => {
    const { client, sent } = world([cut], { maxRetries: 2 });
    const error = await errorOf(client.enqueue('m', {}));
    expect(sent).toHaveLength(3);
    expect(error).toMatchObject({ code: 'unreachable', money: 'unknown', retryable: true, idempotencyKey: 'key-1' });
    expect(error.message).toBe('The gateway at https://gateway.test/base did not respond: fetch failed (ECONNRESET).');
  });

  test.each([
    ['invalid_request', 422, false, 'nothing_created'],
    ['unauthorized', 401, false, 'nothing_created'],
    ['too_slow', 408, true, 'nothing_created'],
    ['internal', 500, true, 'unknown'],
    ['a_code_of_tomorrow', 418, false, 'nothing_created'],
  ])('that is answered %s is not repeated', async (code, status, retryable, money) => {
    const { client, sent } = world([failure(code, status)]);
    expect(await errorOf(client.enqueue('m', {}))).toMatchObject({
      code,
      status,
      retryable,
      money,
      message: `it is ${code}`,
    });
    expect(sent).toHaveLength(1);
  });

  test('that was cut once and then refused may have created something', async () => {
    const { client } = world([cut, failure('unauthorized', 401)]);
    expect(await errorOf(client.enqueue('m', {}))).toMatchObject({ code: 'unauthorized', money: 'unknown' });
  });

  test('whose pause would be longer than a minute is left to the caller', async () => {
    const { client, sent } = world([failure('rate_limited', 429, { 'retry-after': '61' })]);
    const error = await errorOf(client.enqueue('m', {}));
    expect(error).toMatchObject({ retryAfterMs: 61_000, money: 'nothing_created' });
    expect(sent).toHaveLength(1);
  });

  test('does not follow a redirect', async () => {
    const { client } = world([() => new Response(null, { status: 302, headers: { location: 'https://evil.test/' } })]);
    expect(await errorOf(client.enqueue('m', {}))).toMatchObject({ code: 'unexpected_response', status: 302 });
  });

  test.each(['', '  ', 'x'.repeat(256)])(
    'refuses the key %j, which the gateway would not take',
    async (idempotencyKey) => {
      const { client, sent } = world([created()]);
      expect(await errorOf(client.enqueue('m', {}, { idempotencyKey }))).toMatchObject({ code: 'invalid_options' });
      expect(sent).toEqual([]);
    },
  );

  test('is stopped by its signal: before it is sent, while it is open, in a pause', async () => {
    const before = AbortSignal.abort();
    const first = world([created()]);
    const unsent = await errorOf(first.client.enqueue('m', {}, { signal: before }));
    expect([unsent.code, unsent.money, first.sent.length]).toEqual(['aborted', 'nothing_created', 0]);

    const open = new AbortController();
    const second = world([
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')));
          open.abort();
        }),
    ]);
    const sent = await errorOf(second.client.enqueue('m', {}, { signal: open.signal }));
    expect(sent).toMatchObject({ code: 'aborted', money: 'unknown', idempotencyKey: 'key-1' });

    const pausing = new AbortController();
    const third = world([
      () => {
        pausing.abort();
        return new Response(JSON.stringify({ error: { code: 'rate_limited', message: 'x' } }), { status: 429 });
      },
    ]);
    const paused = await errorOf(third.client.enqueue('m', {}, { signal: pausing.signal }));
    expect([paused.code, paused.money, third.sent.length]).toEqual(['aborted', 'nothing_created', 1]);
  });

  test('that is not answered in time is cut and repeated', async () => {
    const never = ({ signal }: { signal: AbortSignal }): Promise<Response> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const { client } = world([never, created()], { timeoutMs: 5 });
    expect(await client.enqueue('m', {})).toMatchObject({ id: 'gen_1' });
  });

  test('without an id in its answer is an error that may have created something', async () => {
    const { client } = world([json({ ok: true })]);
    expect(await errorOf(client.enqueue('m', {}))).toMatchObject({ code: 'unexpected_response', money: 'unknown' });
  });
});

describe('other calls', () => {
  test('read and cancel with repetitions; their errors cost nothing', async () => {
    const { client, sent } = world([
      cut,
      json(generation('queued')),
      json({ id: 'gen_1', state: 'cancelled' }),
      failure('too_late', 409),
    ]);
    expect(await client.get('gen_1')).toMatchObject({ state: 'queued' });
    expect(await client.cancel('gen_1')).toEqual({ id: 'gen_1', state: 'cancelled' });
    expect(await errorOf(client.cancel('gen_1'))).toMatchObject({ code: 'too_late', status: 409, money: 'unaffected' });
    expect(sent.map(({ method, path }) => `${method} ${path}`).slice(1)).toEqual([
      'GET /base/v1/generations/gen_1',
      'DELETE /base/v1/generations/gen_1',
      'DELETE /base/v1/generations/gen_1',
    ]);
  });

  test.each(['', '..', 'a/b', 'a?b'])('refuse the id %j, which would be another route', async (id) => {
    const { client, sent } = world([json({})]);
    expect((await errorOf(client.get(id))).code).toBe('invalid_options');
    expect((await errorOf(client.cancel(id))).code).toBe('invalid_options');
    expect((await errorOf(client.wait(id))).code).toBe('invalid_options');
    expect(sent).toEqual([]);
  });

  test('a generation with missing fields is no generation', async () => {
    const { client } = world([json({ id: 'gen_1', state: 'succeeded' })]);
    expect((await errorOf(client.get('gen_1'))).code).toBe('unexpected_response');
  });
});

test.each([
  [{ url: 'ftp://a.test' }],
  [{ url: 'a.test' }],
  [{ url: 'https://user:secret@a.test' }],
  [{ url: 'https://a.test?x=1' }],
  [{ url: 'https://a.test', apiKey: 'secret\n' }],
  [{ url: 'https://a.test', apiKey: '' }],
  [{ url: 'https://a.test', timeoutMs: 0 }],
  [{ url: 'https://a.test', maxRetries: 1.5 }],
])('createClient refuses %j, without a secret in the message', (options) => {
  expect(() => createClient(options)).toThrow(expect.objectContaining({ code: 'invalid_options' }));
  expect(() => createClient(options)).not.toThrow(/secret/);
});
