import { describe, expect, test } from 'vitest';
import { cut, created, end, errorOf, failure, generation, json, state, stream, world, type Step } from '../support.ts';

const over: Step = () => new Response(null, { status: 204 });
const done = json(generation('succeeded'));
const paths = (sent: readonly { path: string }[]): string[] =>
  sent.map(({ path }) => path.replace('/base/v1/generations/', ''));

describe('wait', () => {
  test('follows the stream, tells each state once, and gives the generation as it ended', async () => {
    const pieces = [
      'retry: 100\n\n',
      state('1-0', 'queued'),
      state('2-0', 'generating'),
      state('3-0', 'generating'),
      end('succeeded'),
    ];
    const { client, sent } = world([stream(pieces), done]);
    const seen: string[] = [];
    const ended = await client.wait('gen_1', { onUpdate: (one) => seen.push(one.state) });
    expect(ended.resultUrls).toEqual(['https://x.test/1.mp4']);
    expect(seen).toEqual(['queued', 'generating', 'succeeded']);
    expect(paths(sent)).toEqual(['gen_1/events', 'gen_1']);
  });

  test('goes on after a cut where it was, after the pause that the gateway asks for', async () => {
    const { client, sent, pauses } = world([
      stream(['retry: 100\n\n', state('1-0', 'queued'), 'id: 2-0\nevent: state\nda']),
      stream([state('2-0', 'generating')]),
      over,
      done,
    ]);
    await client.wait('gen_1');
    expect(sent.slice(0, 3).map(({ headers }) => headers.get('last-event-id'))).toEqual([null, '1-0', '2-0']);
    expect(pauses).toEqual([100, 100]);
  });

  test('cuts a stream that is silent', async () => {
    const { client, sent } = world([stream([state('1-0', 'queued')], true), over, done], {}, { idleMs: 20 });
    await client.wait('gen_1');
    expect(sent[1]?.headers.get('last-event-id')).toBe('1-0');
  });

  test.each<[string, Step]>([
    ['too many streams are open', failure('rate_limited', 429, { 'retry-after': '10' })],
    ['a proxy answers instead', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
  ])('polls at once where %s', async (_what, step) => {
    const { client, sent, pauses } = world([step, json(generation('queued')), json(generation('generating')), done]);
    const seen: string[] = [];
    await client.wait('gen_1', { onUpdate: (one) => seen.push(one.state) });
    expect(seen).toEqual(['queued', 'generating', 'succeeded']);
    expect(paths(sent)).toEqual(['gen_1/events', 'gen_1', 'gen_1', 'gen_1']);
    expect(pauses).toEqual([2000, 4000]);
  });

  test('polls after two streams that brought nothing, and tries a stream again after some polls', async () => {
    const queued = json(generation('queued'));
    const fruitless = stream([]);
    const polls = Array.from({ length: 6 }, () => queued);
    const { client, sent } = world([fruitless, fruitless, ...polls, stream([end('succeeded')]), done]);
    await client.wait('gen_1');
    expect(paths(sent)).toEqual(['gen_1/events', 'gen_1/events', ...polls.map(() => 'gen_1'), 'gen_1/events', 'gen_1']);
  });

  test('goes on where a dead one was resumed before it was read', async () => {
    const { client, sent } = world([
      stream([state('1-0', 'dead'), end('dead')]),
      json(generation('generating')),
      stream([state('2-0', 'succeeded'), end('succeeded')]),
      done,
    ]);
    expect((await client.wait('gen_1')).state).toBe('succeeded');
    expect(sent[2]?.headers.get('last-event-id')).toBeNull();
  });

  test('takes the word of the stream for an end that this version does not know', async () => {
    const { client } = world([stream([end('expired')]), json(generation('expired'))]);
    expect((await client.wait('gen_1')).state).toBe('expired');
  });

  test.each([
    ['not_found', 404],
    ['unauthorized', 401],
    ['forbidden', 403],
  ])(
    'ends at once by %s, which says nothing about a generation that this call did not create',
    async (code, status) => {
      const { client, sent } = world([failure(code, status)]);
      expect(await errorOf(client.wait('gen_1'))).toMatchObject({ code, status, id: 'gen_1', money: 'unaffected' });
      expect(sent).toHaveLength(1);
      const own = world([created(), failure(code, status)]);
      expect(await errorOf(own.client.generate('m', {}))).toMatchObject({ code, id: 'gen_1', money: 'exists' });
    },
  );

  test('polls where a block of the stream has no end', async () => {
    const { client, sent } = world([stream(['x'.repeat(1_100_000)]), done]);
    expect((await client.wait('gen_1')).state).toBe('succeeded');
    expect(paths(sent)).toEqual(['gen_1/events', 'gen_1']);
  });

  test.each<[string, Step]>([
    ['the end', stream([state('1-0', 'queued'), end('succeeded')])],
    ['no more', over],
  ])('counts an outage from the last sign of the gateway: a stream that tells %s', async (_what, last) => {
    let now = 0;
    const later: Step = (sent) => {
      now += 400_000;
      return last(sent);
    };
    const { client } = world([later, failure('internal', 500), done], {}, { now: () => now });
    expect((await client.wait('gen_1')).state).toBe('succeeded');
  });

  test('gives up where streams tell the end and no read succeeds', async () => {
    let now = 0;
    const tools = { now: () => (now += 1000) };
    const step: Step = (sent) =>
      sent.path.endsWith('/events') ? stream([end('succeeded')])(sent) : failure('internal', 500)(sent);
    const { client } = world([step], {}, tools);
    expect(await errorOf(client.wait('gen_1'))).toMatchObject({ code: 'internal', money: 'exists' });
  });

  test.each([Number.NaN, -1, 2 ** 31, Number.NEGATIVE_INFINITY])('refuses the time %d', async (timeoutMs) => {
    const { client, sent } = world([created()]);
    for (const call of [client.wait('gen_1', { timeoutMs }), client.generate('m', {}, { timeoutMs })])
      expect(await errorOf(call)).toMatchObject({ code: 'invalid_options', problems: [{ field: 'timeoutMs' }] });
    expect(sent).toEqual([]);
  });

  test.each(['null', '"soon"'])('refuses the time %s of a caller without types', async (text) => {
    const timeoutMs = JSON.parse(text);
    expect((await errorOf(world([over, done]).client.wait('gen_1', { timeoutMs }))).code).toBe('invalid_options');
  });

  test('has no limit of time for Infinity', async () => {
    const { client } = world([stream([state('1-0', 'queued'), end('succeeded')]), done]);
    expect((await client.wait('gen_1', { timeoutMs: Infinity })).state).toBe('succeeded');
  });

  test('outlasts an outage of the gateway, but not without end', async () => {
    let now = 0;
    const late = world([cut], { maxRetries: 0 }, { now: () => (now += 10_000) });
    const error = await errorOf(late.client.wait('gen_1'));
    expect(error).toMatchObject({ code: 'unreachable', money: 'exists', id: 'gen_1', retryable: true });
    expect(late.sent.length).toBeGreaterThan(10);
    const short = world([cut, cut, cut, cut, done], { maxRetries: 0 });
    expect((await short.client.wait('gen_1')).state).toBe('succeeded');
  });

  test('ends by its time or its signal; the generation goes on', async () => {
    const open = stream([state('1-0', 'queued')], true);
    const late = await errorOf(world([open]).client.wait('gen_1', { timeoutMs: 5 }));
    expect(late).toMatchObject({ code: 'timeout', money: 'exists', id: 'gen_1', retryable: true });
    const stop = new AbortController();
    const reason = new Error('enough');
    const stopped = await errorOf(
      world([open]).client.wait('gen_1', { signal: stop.signal, onUpdate: () => stop.abort(reason) }),
    );
    expect(stopped).toMatchObject({ code: 'aborted', money: 'exists', id: 'gen_1', cause: reason });
  });

  test('passes on what onUpdate throws, and closes the stream', async () => {
    const own = new Error('own');
    const { client, sent } = world([stream([state('1-0', 'queued')], true)]);
    const wait = client.wait('gen_1', {
      onUpdate() {
        throw own;
      },
    });
    await expect(wait).rejects.toBe(own);
    expect(sent[0]?.signal.aborted).toBe(true);
  });
});

describe('generate', () => {
  test('gives the id first and the links at the end', async () => {
    const { client } = world([created(), stream([state('1-0', 'queued'), end('succeeded')]), done]);
    const seen: string[] = [];
    const { resultUrls } = await client.generate('m', {}, { onUpdate: (one) => seen.push(`${one.id} ${one.state}`) });
    expect(resultUrls).toEqual(['https://x.test/1.mp4']);
    expect(seen).toEqual(['gen_1 queued', 'gen_1 succeeded']);
  });

  test.each(['failed', 'cancelled', 'dead', 'expired'])(
    'throws a generation that is %s, with the generation',
    async (word) => {
      const { client } = world([created(), stream([end(word)]), json(generation(word, { failMsg: 'nsfw' }))]);
      const error = await errorOf(client.generate('m', {}));
      expect(error).toMatchObject({
        code: `generation_${word}`,
        money: 'exists',
        id: 'gen_1',
        idempotencyKey: 'key-1',
      });
      expect([error.generation?.state, error.message]).toEqual([word, `Generation gen_1 is ${word}: nsfw`]);
    },
  );

  test('keeps id and key where the wait ends early', async () => {
    const { client } = world([created(), stream([], true)]);
    const error = await errorOf(client.generate('m', {}, { timeoutMs: 5 }));
    expect(error).toMatchObject({ code: 'timeout', id: 'gen_1', idempotencyKey: 'key-1' });
  });
});
