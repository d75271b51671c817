import { describe, expect, test } from 'vitest';
import { created, cut, errorOf, failure, json, world, type Sent } from '../support.ts';

const BYTES = new Uint8Array([1, 2, 3]);
const parts = async ({ body }: Sent): Promise<[string, string | number][]> => {
  const form: FormData = body;
  return [...form.entries()].map(([name, value]) => [name, typeof value === 'string' ? value : value.size]);
};

describe('upload', () => {
  test('sends the bytes with the create call, the request first, the same at each try', async () => {
    const { client, sent } = world([cut, created()]);
    const bytes = Uint8Array.from(BYTES);
    const image = await client.upload(bytes);
    bytes.fill(9);
    expect(sent).toEqual([]);
    await client.enqueue('m', {
      image_urls: ['https://a.test/1.png', image],
      last_frame_url: await client.upload(new Blob(['abcd'])),
    });
    const request = { model: 'm', input: { image_urls: ['https://a.test/1.png'] }, idempotencyKey: 'key-1' };
    for (const one of sent)
      expect(await parts(one)).toEqual([
        ['request', JSON.stringify(request)],
        ['image_urls', 3],
        ['last_frame_url', 4],
      ]);
    const form: FormData = sent[1]?.body;
    const [part] = form.getAll('image_urls');
    expect(new Uint8Array(await new Response(part).arrayBuffer())).toEqual(BYTES);
    expect(sent[1]?.headers.get('content-type')).toBeNull();
    expect(sent).toHaveLength(2);
  });

  test('an input of uploaded images alone names no links', async () => {
    const { client, sent } = world([created()]);
    await client.enqueue('m', { image_urls: [await client.upload(BYTES.buffer)] });
    const [only] = sent;
    const [[, request] = []] = only === undefined ? [] : await parts(only);
    expect(JSON.parse(`${request}`).input).toEqual({});
  });

  test('refuses what the gateway could not put in order, and what stands too deep', async () => {
    const { client, sent } = world([created()]);
    const image = await client.upload(BYTES);
    for (const input of [
      { image_urls: [image, 'https://a.test/1.png'] },
      { options: { first: image } },
      { image_urls: Array.from({ length: 11 }, () => image) },
    ])
      expect(await errorOf(client.enqueue('m', input))).toMatchObject({
        code: 'invalid_options',
        money: 'nothing_created',
      });
    expect(sent).toEqual([]);
  });

  test('refuses no bytes and more than 10 MB', async () => {
    const { client } = world([created()]);
    expect((await errorOf(client.upload(new Uint8Array()))).code).toBe('invalid_options');
    expect((await errorOf(client.upload(new Uint8Array(10_485_761)))).code).toBe('invalid_options');
    expect((await client.upload(new Uint8Array(10_485_760))).bytes).toBe(10_485_760);
  });
});

/** What callers without types give; JSON.parse has no type. */
const untyped = (text: string): ReturnType<typeof JSON.parse> => JSON.parse(text);

describe('callers without types', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const metadata = untyped('{}');
  metadata.n = 1n;

  test.each<[string, unknown, object]>([
    ['a bigint', { seed: 1n }, {}],
    ['a cycle', cycle, {}],
    ['no input', null, {}],
    ['a text for the input', 'a cat', {}],
    ['a list for the input', [], {}],
    ['no key', {}, { idempotencyKey: null }],
    ['a number for the key', {}, { idempotencyKey: 4711 }],
    ['a bigint in the metadata', {}, { metadata }],
  ])('get an error before anything is sent: %s', async (_what, given, options) => {
    const { client, sent } = world([created()]);
    const input: ReturnType<typeof JSON.parse> = given;
    const expected = { code: 'invalid_options', money: 'nothing_created' };
    expect(await errorOf(client.enqueue('m', input, options))).toMatchObject(expected);
    expect(await errorOf(client.generate('m', input, options))).toMatchObject(expected);
    expect(await errorOf(client.enqueueMany([{ model: 'm', input, ...options }]))).toMatchObject(expected);
    expect(sent).toEqual([]);
  });

  test.each(['null', '"cat.jpg"', '{}', '[null]'])('get an error for the items %s', async (text) => {
    const { client } = world([created()]);
    expect(await errorOf(client.enqueueMany(untyped(text)))).toMatchObject({ code: 'invalid_options' });
  });

  test.each(['null', '"cat.jpg"', '{"byteLength":5}', '[1,2]'])('get an error for the file %s', async (text) => {
    const { client } = world([created()]);
    expect(await errorOf(client.upload(untyped(text)))).toMatchObject({
      code: 'invalid_options',
      problems: [{ field: 'file', rule: 'must be a Blob, an ArrayBuffer or a view of one' }],
    });
  });

  test('may give null for no options', async () => {
    const { client } = world([created()]);
    const none = untyped('null');
    expect(await client.enqueue('m', {}, none)).toMatchObject({ id: 'gen_1' });
    for (const call of [client.get('gen_1', none), client.wait('gen_1', none), client.cancel('gen_1', none)])
      expect(await errorOf(call)).toMatchObject({ code: 'unexpected_response' });
  });
});

test('a file that cannot be read any more is an error of the file', async () => {
  class Gone extends Blob {
    override arrayBuffer(): Promise<ArrayBuffer> {
      return Promise.reject(new Error('the file has changed'));
    }
  }
  const { client } = world([created()]);
  expect(await errorOf(client.upload(new Gone(['x'])))).toMatchObject({
    code: 'invalid_options',
    message: 'file must be readable, received Error: the file has changed',
  });
});

describe('enqueueMany', () => {
  const item = (prompt: string, more: object = {}) => ({ model: 'm', input: { prompt }, ...more });
  const answerAll = ({ body }: Sent): Response =>
    Response.json({
      items: body.items.map(({ idempotencyKey }: { idempotencyKey: string }) => ({
        ok: true,
        id: `gen_${idempotencyKey}`,
        created: true,
        state: 'queued',
      })),
    });

  test('answers each item for itself, in order, and repeats those for which Redis was away', async () => {
    const problems = [{ field: 'input.prompt', rule: 'must not be empty', received: '""' }];
    const { client, sent } = world([
      json({
        items: [
          { ok: false, error: { code: 'unavailable', message: 'away', problems: [] } },
          { ok: false, error: { code: 'invalid_request', message: 'no', problems } },
          { ok: true, id: 'gen_3', created: false, state: 'succeeded' },
        ],
      }),
      answerAll,
    ]);
    const answers = await client.enqueueMany([item('a'), item(''), item('c', { idempotencyKey: 'own' })]);
    expect(answers).toMatchObject([
      { ok: true, id: 'gen_key-1' },
      { ok: false, idempotencyKey: 'key-2', error: { code: 'invalid_request', money: 'nothing_created', problems } },
      { ok: true, id: 'gen_3', created: false, idempotencyKey: 'own' },
    ]);
    expect(sent.map(({ path, body }) => [path, body.items.length])).toEqual([
      ['/base/v1/generations/batch', 3],
      ['/base/v1/generations/batch', 1],
    ]);
  });

  test('splits what is too much for one call, by number and by bytes; images have calls of their own', async () => {
    const { client, sent } = world([answerAll, answerAll, answerAll, created('gen_image')]);
    const long = item('ü'.repeat(1_900_000));
    const items = [...Array.from({ length: 1001 }, (_, i) => item(String(i))), long, long];
    const answers = await client.enqueueMany([
      ...items,
      item('x', { input: { x: await client.upload(BYTES) } }),
      item('y'),
    ]);
    expect(sent.map(({ body }) => body.items?.length)).toEqual([1000, 2, 2, undefined]);
    expect(answers.map((one) => one.ok && one.id).slice(1000)).toEqual([
      'gen_key-1001',
      'gen_key-1002',
      'gen_key-1003',
      'gen_image',
      'gen_key-1005',
    ]);
  });

  test('loses no key where a call fails as a whole; later calls are not sent', async () => {
    const items = Array.from({ length: 2001 }, (_, i) => item(String(i)));
    const { client, sent } = world([answerAll, cut], { maxRetries: 0 });
    const answers = await client.enqueueMany(items);
    expect(sent).toHaveLength(2);
    expect(answers[0]).toMatchObject({ ok: true, idempotencyKey: 'key-1' });
    expect(answers[1000]).toMatchObject({
      ok: false,
      error: { code: 'unreachable', money: 'unknown', idempotencyKey: 'key-1001' },
    });
    expect(answers[2000]).toMatchObject({
      ok: false,
      error: { code: 'unreachable', money: 'nothing_created' },
      idempotencyKey: 'key-2001',
    });
  });

  test('goes on after a request with images that the gateway refuses', async () => {
    const { client } = world([failure('invalid_request', 422), created('gen_2')]);
    const image = await client.upload(BYTES);
    const answers = await client.enqueueMany([item('a', { input: { x: image } }), item('b', { input: { x: image } })]);
    expect(answers).toMatchObject([{ ok: false }, { ok: true, id: 'gen_2' }]);
  });

  const answersOf = (...codes: string[]) =>
    json({ items: codes.map((code) => ({ ok: false, error: { code, message: `it is ${code}`, problems: [] } })) });

  test('keeps final answers, and what may exist, where the repetition of a batch fails as a whole', async () => {
    const { client } = world([answersOf('unavailable', 'invalid_request'), failure('unauthorized', 401)]);
    expect(await client.enqueueMany([item('a'), item('')])).toMatchObject([
      { ok: false, error: { code: 'unauthorized', money: 'unknown', idempotencyKey: 'key-1' } },
      { ok: false, error: { code: 'invalid_request', money: 'nothing_created', idempotencyKey: 'key-2' } },
    ]);
  });

  test.each([
    ['an answer that Redis was away', answersOf('unavailable')],
    ['a lost response', cut],
  ])('does not know whether an item exists that is refused after %s', async (_what, step) => {
    const { client } = world([step, answersOf('forbidden')]);
    expect(await client.enqueueMany([item('a')])).toMatchObject([
      { ok: false, error: { code: 'forbidden', money: 'unknown' } },
    ]);
  });

  test.each([
    ['body_too_large', 413],
    ['forbidden', 403],
    ['idempotency_conflict', 409],
  ])('goes on after a call of one item that is %s', async (code, status) => {
    const { client } = world([failure(code, status), failure(code, status), created('gen_3')]);
    const image = await client.upload(BYTES);
    const withImage = item('a', { input: { x: image } });
    expect(await client.enqueueMany([item('a'), withImage, withImage])).toMatchObject([
      { ok: false, error: { code, money: 'nothing_created' } },
      { ok: false, error: { code } },
      { ok: true, id: 'gen_3' },
    ]);
  });

  test('stops after a call of several items that is forbidden', async () => {
    const { client, sent } = world([failure('forbidden', 403)]);
    const answers = await client.enqueueMany([
      item('a'),
      item('b'),
      item('c', { input: { x: await client.upload(BYTES) } }),
    ]);
    expect([answers.length, sent.length]).toEqual([3, 1]);
  });

  test('of nothing asks nothing', async () => {
    const { client, sent } = world([answerAll]);
    expect([await client.enqueueMany([]), sent]).toEqual([[], []]);
  });
});
