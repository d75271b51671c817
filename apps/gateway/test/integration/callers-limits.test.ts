import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { createLogger } from '@kieq/telemetry';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { openRaw } from '../raw-http.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';
import { openEvents } from '../v1-event-client.ts';

const CREATE = '/v1/generations';
const BATCH = '/v1/generations/batch';
const MIB = 1024 * 1024;

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'limits', workers: 0 });
});
afterAll(() => pool.stop());

const refusals = async (gateway: GatewayFixture, limit: string): Promise<number> => {
  const { values } = await gateway.deps.metrics.refusals.get();
  return values.find(({ labels }) => labels.limit === limit)?.value ?? 0;
};

describe('bodies', () => {
  test('a batch of more than 4 MiB is 413, with the advice to split it', async () => {
    const gateway = await startGateway({ pool });
    const item = { ...testRequest('large'), filler: 'x'.repeat(1000) };
    const body = { items: Array.from({ length: 1000 }, () => item), filler: 'x'.repeat(4 * MIB - 1_300_000) };
    const fits = await gateway.ask(BATCH, { body });
    expect(fits).toMatchObject({ status: 422 });
    const answer = await gateway.ask(BATCH, { body: { ...body, filler: 'x'.repeat(4 * MIB) } });
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'body_too_large' } } });
    expect(answer.body.error.message).toBe(
      'The body is too large; at most 4194304 bytes are allowed. No generation was created. Split the items into several batches.',
    );
    expect(await refusals(gateway, 'bodies')).toBe(1);
    // Whoever sends on hears why, and is not waited for without end.
    const endless = await startGateway({ pool, limits: { lingerMs: 20 } });
    const head = [`POST ${BATCH} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json'];
    const sends = openRaw(endless.url, [...head, 'Content-Length: 13500000'], 'x'.repeat(1_000_000));
    expect(await sends.closed()).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('take turns by length: a large one waits until another is answered, and small ones go on', async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    let begun = 0;
    const enqueueMany: typeof pool.producer.enqueueMany = async (items) => {
      begun += 1;
      await answered;
      return pool.producer.enqueueMany(items);
    };
    const producer = { ...pool.producer, enqueueMany, close: () => Promise.resolve() };
    const gateway = await startGateway({ pool, keys: KEYS, deps: { producer }, limits: { parsedBytes: 3000 } });
    const batch = (prompt: string) => ({
      items: [{ model: 'other/model', input: { prompt, filler: 'x'.repeat(1900) } }],
    });
    const first = gateway.ask(BATCH, { key: 'key-of-a', body: batch('first') });
    await expect.poll(() => begun).toBe(1);
    const small = await gateway.ask(CREATE, { key: 'key-of-b', body: testRequest('small') });
    expect(small.status).toBe(201);
    const second = gateway.ask(BATCH, { key: 'key-of-a', body: batch('second') });
    // What needs no turn is answered meanwhile, again and again.
    for (let i = 0; i < 10; i += 1) expect((await gateway.ask('/v1/status', { key: 'key-of-b' })).status).toBe(200);
    expect(begun).toBe(1);
    answer();
    expect((await first).status).toBe(200);
    expect((await second).status).toBe(200);
    expect(begun).toBe(2);
  });

  test('a request without a turn is 503 with Retry-After, and nothing is created', async () => {
    const producer = {
      ...pool.producer,
      enqueueMany: () => new Promise<never>(() => undefined),
      close: () => Promise.resolve(),
    };
    const limits = { parsedBytes: 100, turnWaitMs: 20 };
    const gateway = await startGateway({ pool, deps: { producer }, limits });
    const hangs = new AbortController();
    onTestFinished(() => hangs.abort());
    const stuck = gateway.ask(BATCH, { body: { items: [testRequest('stuck')] }, signal: hangs.signal });
    stuck.catch(() => undefined);
    await expect.poll(async () => (await gateway.ask(CREATE, { body: testRequest('waits') })).status).toBe(503);
    const refused = await gateway.ask(CREATE, { body: testRequest('waits') });
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(refused.body.error.message).toContain('No generation was created');
    hangs.abort();
    await expect.poll(async () => (await gateway.ask(CREATE, { body: testRequest('goes on') })).status).toBe(201);
  });

  test('the waiting requests of one tenant are bounded, and others are served', async () => {
    const limits = { keptBytes: 40_000, keptBytesPerTenant: 20_000, lingerMs: 20 };
    const gateway = await startGateway({ pool, keys: KEYS, limits });
    const head = [
      `POST ${BATCH} HTTP/1.1`,
      'Host: kieq',
      'Authorization: Bearer key-of-a',
      'Content-Type: application/json',
    ];
    const half = 'x'.repeat(15_000);
    openRaw(gateway.url, [...head, 'Content-Length: 100000'], half);
    const refused = await openRaw(gateway.url, [...head, 'Content-Length: 100000'], half).closed();
    expect(refused).toMatch(/^HTTP\/1\.1 503 /);
    const other = await gateway.ask(CREATE, { key: 'key-of-b', body: { ...testRequest('x'), metadata: {} } });
    expect(other.status).toBe(201);
  });

  test('a body that stalls is 408, in the envelope of its API', async () => {
    const gateway = await startGateway({ pool, limits: { jsonBodyMs: 30 } });
    const head = (path: string) => [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json'];
    const native = await openRaw(gateway.url, [...head(CREATE), 'Content-Length: 100000'], '{').closed();
    expect(native).toMatch(/^HTTP\/1\.1 408 [^]*"code":"too_slow"/);
    const kie = await openRaw(
      gateway.url,
      [...head('/api/v1/jobs/createTask'), 'Content-Length: 100000'],
      '{',
    ).closed();
    expect(kie).toMatch(/^HTTP\/1\.1 408 [^]*"code":408/);
  });
});

describe('forms', () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const head = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"; filename="f"\r\n\r\n`;

  /** A form that begins and does not go on. */
  function begin(gateway: GatewayFixture, key: string) {
    const call = httpRequest(`${gateway.url}${CREATE}`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${key}` },
      agent: false,
    });
    const status = new Promise<number | undefined>((resolve) => {
      call.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', () => resolve(undefined));
    });
    call.write(`${head('request')}{`);
    onTestFinished(() => void call.destroy());
    return { call, status };
  }

  const whole = (prompt: string): FormData => {
    const form = new FormData();
    form.append('request', JSON.stringify({ model: 'other/model', input: { prompt } }));
    return form;
  };

  test('of one slow tenant leave turns for others, which are served at once', async () => {
    const limits = { forms: 8, formsForOthers: 2, turnWaitMs: 100 };
    const gateway = await startGateway({ pool, keys: KEYS, limits });
    const slow = Array.from({ length: 12 }, () => begin(gateway, 'key-of-a'));
    const own = await Promise.all(slow.slice(6).map(({ status }) => status));
    expect(own).toEqual(own.map(() => 503));
    for (let i = 0; i < 3; i += 1)
      expect((await gateway.ask(CREATE, { key: 'key-of-b', body: whole(`${i}`) })).status).toBe(201);
    expect(await refusals(gateway, 'forms')).toBe(6);
  });

  test('that are too slow, or take too long, are 408, and leave nothing behind', async () => {
    const pace = await startGateway({ pool, keys: KEYS, limits: { paceMs: 40, paceBytes: 1000 } });
    const dripping = begin(pace, 'key-of-a');
    const drip = setInterval(() => dripping.call.write(' '), 5);
    expect(await dripping.status).toBe(408);
    clearInterval(drip);
    const deadline = await startGateway({ pool, keys: KEYS, limits: { formMs: 50 } });
    expect(await begin(deadline, 'key-of-a').status).toBe(408);
  });

  test('a request with too many values is refused before its images are waited for', async () => {
    const gateway = await startGateway({ pool, keys: KEYS, limits: { paceMs: 50 } });
    const fields = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`x${i}`, i]));
    const { call, status } = begin(gateway, 'key-of-a');
    // An image begins, and never ends.
    call.write(`${JSON.stringify({ model: 'm/m', input: fields }).slice(1)}\r\n${head('image_urls')}x`);
    expect(await status).toBe(422);
  });
});

describe('event streams', () => {
  test('are bounded by key and in total; more are 429 with Retry-After, until one is closed', async () => {
    const limits = { eventStreamsPerKey: 2, eventStreams: 3 };
    const gateway = await startGateway({ pool, keys: KEYS, limits });
    const made = await gateway.ask(CREATE, { key: 'key-of-op', body: { ...testRequest('followed'), tenant: 'a' } });
    const path = `${CREATE}/${made.body.id}/events`;
    const follow = (key: string) => openEvents(`${gateway.url}${path}`, { authorization: `Bearer ${key}` });
    const [first] = [await follow('key-of-a'), await follow('key-of-a')];
    const refused = await gateway.ask(path, { key: 'key-of-a' });
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'rate_limited' } } });
    expect(refused.body.error.message).toContain('This key has 2 open event streams');
    expect(refused.headers.get('retry-after')).toBe('10');
    const operator = await follow('key-of-op');
    expect(operator.status).toBe(200);
    expect((await gateway.ask(path, { key: 'key-of-op' })).status).toBe(429);
    expect(await refusals(gateway, 'events')).toBe(2);
    first.hangUp();
    await expect
      .poll(async () => {
        const again = await follow('key-of-a');
        again.hangUp();
        return again.status;
      })
      .toBe(200);
  });

  test('one of an unknown generation takes no slot', async () => {
    const gateway = await startGateway({ pool, keys: KEYS, limits: { eventStreamsPerKey: 1 } });
    for (let i = 0; i < 3; i += 1)
      expect((await gateway.ask(`${CREATE}/gen_nobody00000/events`, { key: 'key-of-a' })).status).toBe(404);
  });
});

/** A log that can be read. */
function listening() {
  const lines: string[] = [];
  const logger = createLogger({ name: 'gateway', level: 'info', destination: { write: (line) => lines.push(line) } });
  return { logger, said: () => lines.map((line): Record<string, unknown> => JSON.parse(line)), lines };
}

describe('wrong keys', () => {
  test('are throttled by address and logged with address and key id, in a bounded number of lines', async () => {
    const { logger, said, lines } = listening();
    const limits = { wrongKeys: 3, strangerLines: 5 };
    const gateway = await startGateway({ pool, keys: KEYS, deps: { logger }, limits });
    const statuses: number[] = [];
    for (let i = 0; i < 20; i += 1) statuses.push((await gateway.ask('/v1/status', { key: `guess-${i}` })).status);
    expect(statuses.slice(0, 4)).toEqual([401, 401, 401, 429]);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10);
    const refused = await gateway.ask('/v1/status', { key: 'guess' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const answered = said().filter(({ msg }) => msg === 'answered');
    expect(answered).toHaveLength(5);
    expect(answered[0]).toMatchObject({ ip: '127.0.0.1', keyId: expect.stringMatching(/^k-[\da-f]{12}$/) });
    expect(new Set(answered.map(({ keyId }) => keyId)).size).toBe(5);
    await gateway.app.close();
    expect(said()).toContainEqual(expect.objectContaining({ leftOut: 16, addresses: 1 }));
    expect(lines.join('')).not.toContain('guess-');
  });

  test('a valid long key is accepted nevertheless', async () => {
    const strong = 'a-key-that-nobody-can-guess';
    const keys = [...KEYS, { key: strong, tenant: 'strong' }];
    const gateway = await startGateway({ pool, keys, limits: { wrongKeys: 1 } });
    for (let i = 0; i < 5; i += 1) await gateway.ask('/v1/status', { key: 'wrong' });
    expect((await gateway.ask('/v1/status', { key: strong })).status).toBe(200);
    expect((await gateway.ask('/v1/status', { key: 'key-of-a' })).status).toBe(429);
  });
});

test('each change is logged once, with key, tenant, address and generation; calls without a change are not', async () => {
  const { logger, said, lines } = listening();
  const gateway = await startGateway({ pool, keys: KEYS, deps: { logger } });
  const key = 'key-of-a';
  const one = await gateway.ask(CREATE, { key, body: { ...testRequest('one'), idempotencyKey: 'audited' } });
  await gateway.ask(CREATE, { key, body: { ...testRequest('one'), idempotencyKey: 'audited' } });
  const kie = await gateway.ask('/api/v1/jobs/createTask', { key, body: testRequest('two') });
  const batch = await gateway.ask(BATCH, { key, body: { items: [testRequest('three'), 'bad', testRequest('four')] } });
  await gateway.ask(`${CREATE}/${one.body.id}`, { key, method: 'DELETE' });
  await gateway.ask(`${CREATE}/${one.body.id}`, { key });
  const changes = said().filter(({ msg }) => msg === 'changed by a caller');
  const keyId = expect.stringMatching(/^k-[\da-f]{12}$/);
  const who = { tenant: 'a', keyId, ip: '127.0.0.1', request: expect.stringMatching(/^req_/) };
  const [first, , last] = batch.body.items;
  expect(changes).toMatchObject([
    { change: 'create', generation: one.body.id, ...who },
    { change: 'create', generation: kie.body.data.taskId, ...who },
    { change: 'create', generations: [first.id, last.id], ...who },
    { change: 'cancel', generation: one.body.id, ...who },
  ]);
  expect(changes).toHaveLength(4);
  expect(lines.join('')).not.toContain(key);
});
