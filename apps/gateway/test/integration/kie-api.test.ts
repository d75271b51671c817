import { keyedGenerationId, uploadUrl } from '@kieq/domain';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, TEST_KEY, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { KEYS, startGateway, type Asked, type AskOptions, type GatewayFixture } from '../support.ts';

const CREATE = '/api/v1/jobs/createTask';
const UNKNOWN = { code: 422, msg: 'recordInfo is null', data: null };

let pool: PoolFixture;
beforeAll(async () => {
  // No test here is about lost answers, and one that a busy machine loses shows as waiting for longer than anybody
  // waits.
  const settings = { submitTimeoutMs: 20_000 };
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'kie-api', settings });
});
afterAll(() => pool.stop());

async function created(gateway: GatewayFixture, body: unknown, options: AskOptions = {}): Promise<string> {
  const answer = await gateway.ask(CREATE, { ...options, body });
  expect(answer.body).toMatchObject({ code: 200 });
  return answer.body.data.taskId;
}

function recordInfo(gateway: GatewayFixture, taskId: string, options: AskOptions = {}): Promise<Asked> {
  return gateway.ask(`/api/v1/jobs/recordInfo?taskId=${encodeURIComponent(taskId)}`, options);
}

function ended(gateway: GatewayFixture, taskId: string): Promise<Asked['body']> {
  return until(
    async () => (await recordInfo(gateway, taskId)).body.data,
    ({ state }) => state !== 'waiting',
  ).catch(async (error: unknown) => {
    // Kie's word `waiting` has many reasons; the record has the one.
    const record = JSON.stringify(await pool.ledger.read.generation(taskId));
    throw new Error(`${taskId} does not end: ${record}`, { cause: error });
  });
}

describe('createTask and recordInfo', () => {
  test('a request goes through the queue and ends as the document says', async () => {
    const gateway = await startGateway({ pool });
    const request = { ...testRequest('from end to end'), callBackUrl: 'http://127.0.0.1:9/mine' };
    const answer = await gateway.ask(CREATE, { body: request });
    expect([answer.status, answer.headers.get('x-kieq-warnings')]).toEqual([200, null]);
    const { taskId } = answer.body.data;
    expect(answer.body).toEqual({ code: 200, msg: 'success', data: { taskId, recordId: taskId } });
    expect(taskId).toMatch(/^gen_/);
    const data = await ended(gateway, taskId);
    expect(data).toEqual({
      taskId,
      model: request.model,
      state: 'success',
      successFlag: 1,
      param: expect.any(String),
      resultJson: expect.any(String),
      response: JSON.parse(data.resultJson),
      progress: 100,
      failCode: null,
      failMsg: null,
      costTime: data.completeTime - data.createTime,
      completeTime: expect.any(Number),
      createTime: expect.any(Number),
      updateTime: data.completeTime,
      creditsConsumed: 55,
    });
    expect(JSON.parse(data.param)).toEqual(request);
    expect(JSON.parse(data.resultJson).resultUrls[0]).toMatch(/^http:.*\.mp4$/);
    expect(pool.simulator.ledger.chargesByPrompt().get('from end to end')).toBe(1);
  });

  test('until then it shows as waiting, with the fields of the end empty', async () => {
    const gateway = await startGateway({ pool });
    const { id } = await pool.producer.enqueue(testRequest('later'), { delayMs: 600_000 });
    const { status, body } = await recordInfo(gateway, id);
    expect(status).toBe(200);
    const empty = { resultJson: '', response: null, failCode: null, failMsg: null, costTime: null, completeTime: null };
    expect(body).toMatchObject({
      code: 200,
      msg: 'success',
      data: { taskId: id, state: 'waiting', successFlag: 0, progress: 0, ...empty },
    });
  });

  test('a body counts as JSON whatever it is called, or not called at all', async () => {
    const gateway = await startGateway({ pool });
    const body = JSON.stringify(testRequest('by any name'));
    for (const type of [
      '',
      'text/plain',
      'application/x-www-form-urlencoded',
      'json',
      'application/json;charset=utf-8',
    ]) {
      expect((await gateway.ask(CREATE, { body, headers: { 'content-type': type } })).status).toBe(200);
    }
    const bytes = await gateway.ask(CREATE, { body: Buffer.from(body) });
    expect(bytes.status).toBe(200);
  });

  test.each([null, '', ' '])('a callBackUrl of %j is none', async (callBackUrl) => {
    const gateway = await startGateway({ pool });
    const request = testRequest('no callback');
    const answer = await gateway.ask(CREATE, { body: { ...request, callBackUrl, progressCallBackUrl: callBackUrl } });
    expect([answer.status, answer.headers.get('x-kieq-warnings')]).toEqual([200, null]);
    const record = await pool.ledger.read.generation(answer.body.data.taskId);
    expect(record).toMatchObject({ callback: false });
    expect(JSON.parse(record?.payload ?? '')).toEqual({ request });
  });

  test('what has no effect is named in a header, and never passed on', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const request = testRequest('more than Kie knows');
    const progressCallBackUrl = 'https://caller.example/progress';
    const body = { ...request, progressCallBackUrl, idempotencyKey: 'k', priority: 1, 'größe\n': 1, 'key-of-a': 1 };
    const answer = await gateway.ask(CREATE, { key: 'key-of-a', body });
    const ignored = 'is no known field and was ignored';
    expect(answer.headers.get('x-kieq-warnings')?.split('; ')).toEqual([
      'progressCallBackUrl is not passed on to Kie: follow GET /v1/generations/<taskId>/events instead',
      'idempotencyKey has no effect here: send the header Idempotency-Key instead',
      'priority has no effect here: it is an option of POST /v1/generations',
      String.raw`gr\u00f6\u00dfe\u000a ${ignored}`,
      `*** ${ignored}`,
    ]);
    const { taskId } = answer.body.data;
    const record = await pool.recordWhen(taskId, ({ state }) => state === 'succeeded');
    expect(JSON.parse(record.payload ?? '')).toEqual({ request });
    const sent = pool.simulator.ledger.submissions().find(({ prompt }) => prompt === request.input.prompt);
    expect(JSON.stringify(sent)).not.toContain('caller.example');
  });

  test('a misspelt field of a refused call is named, too', async () => {
    const gateway = await startGateway({ pool });
    const answer = await gateway.ask(CREATE, { body: { model: 7, input: {}, callbackUrl: 'https://a.example' } });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('x-kieq-warnings')).toBe('callbackUrl is no known field and was ignored');
  });

  test.each(['Kling-2.6/image-to-video', 'kling-2.6/image-to-video '])(
    'the model %j is refused with the right name',
    async (model) => {
      const gateway = await startGateway({ pool });
      const answer = await gateway.ask(CREATE, { body: { ...testRequest('x'), model } });
      expect([answer.status, answer.body.msg]).toEqual([
        422,
        `model must be spelt "kling-2.6/image-to-video", received ${JSON.stringify(model)}`,
      ]);
    },
  );

  describe('a prompt in bytes that are no UTF-8', () => {
    const latin = (prompt: string): Buffer => Buffer.from(JSON.stringify(testRequest(prompt)), 'latin1');

    test.each([undefined, 'application/json', 'application/json; charset=utf-8', 'text/plain; charset=nonsense'])(
      'is refused before anything is made, as %s',
      async (type) => {
        const gateway = await startGateway({ pool });
        const before = pool.simulator.ledger.submissions().length;
        const headers = type === undefined ? {} : { 'content-type': type };
        const answer = await gateway.ask(CREATE, { body: latin('caf\u00e9'), headers });
        expect([answer.status, answer.body.code]).toEqual([400, 400]);
        expect(answer.body.msg).toMatch(/^The body has bytes that are no UTF-8; send JSON in UTF-8/);
        const native = await gateway.ask('/v1/generations', {
          body: latin('caf\u00e9'),
          headers: { 'content-type': 'application/json' },
        });
        expect(native).toMatchObject({ status: 400, body: { error: { code: 'unreadable_body' } } });
        expect(pool.simulator.ledger.submissions()).toHaveLength(before);
      },
    );

    test('is read as declared, and arrives at Kie as it was meant', async () => {
      const gateway = await startGateway({ pool });
      const prompt = 'caf\u00e9 latin';
      const headers = { 'content-type': 'text/plain; charset=ISO-8859-1' };
      const answer = await gateway.ask(CREATE, { body: latin(prompt), headers });
      expect(answer.body).toMatchObject({ code: 200 });
      await pool.recordWhen(answer.body.data.taskId, ({ state }) => state === 'succeeded');
      expect(pool.simulator.ledger.submissions().map((one) => one.prompt)).toContain(prompt);
    });
  });

  test('half characters and numbers that would lose digits are refused with their field', async () => {
    const gateway = await startGateway({ pool });
    const text = String.raw`{"model":"other/model","input":{"prompt":"a \ud800 cat","seed":[9007199254740993,1e400]}}`;
    const answer = await gateway.ask(CREATE, { body: text });
    expect(answer.status).toBe(422);
    expect(answer.body.msg).toContain(String.raw`input.prompt must have whole characters`);
    expect(answer.body.msg).toContain('input.seed[0] must have no more digits than a double holds');
    expect(answer.body.msg).toContain('received 9007199254740993; input.seed[1]');
    const good = `{"model":"other/model","input":{"prompt":"\\ud83c\\udfac","seed":9007199254740991}}`;
    expect((await gateway.ask(CREATE, { body: good })).body).toMatchObject({ code: 200 });
    const items = `{"items":[${text},${JSON.stringify(testRequest('fine'))}]}`;
    const batch = await gateway.ask('/v1/generations/batch', {
      body: items,
      headers: { 'content-type': 'application/json' },
    });
    expect(batch.body.items.map(({ ok }: { ok: boolean }) => ok)).toEqual([false, true]);
  });

  test.each(['', '{"model":', '[]', '"text"', 'null', '7', '{"__proto__":{}}'])(
    'the body %j is unreadable',
    async (body) => {
      const gateway = await startGateway({ pool });
      const answer = await gateway.ask(CREATE, { method: 'POST', body });
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({ code: 400, msg: expect.any(String), data: null });
    },
  );

  test('problems are reported with field, rule and value, all together', async () => {
    const gateway = await startGateway({ pool });
    const { model } = testRequest('');
    const input = { prompt: '', image_urls: ['ftp://x/a.png'], sound: 'yes', duration: '7' };
    const answer = await gateway.ask(CREATE, { body: { model, input, callBackUrl: 'nowhere' } });
    expect(answer.status).toBe(422);
    const { code, msg, data } = answer.body;
    expect([code, data]).toEqual([422, null]);
    expect(msg).toContain('input.prompt must not be empty, received ""');
    expect(msg).toContain('input.image_urls[0] must be an absolute http or https URL, received "ftp://x/a.png"');
    expect(msg).toContain('input.sound must be true or false, received "yes"');
    expect(msg).toMatch(/input\.duration must be one of "5", .*"80", received "7"/);
    expect(msg).toContain('callBackUrl must be an absolute http or https URL, received "nowhere"');
    for (const wrong of [{}, { model }, { model: '', input: {} }, { model: 7, input: {} }, { model: 'x', input: [] }]) {
      expect((await gateway.ask(CREATE, { body: wrong })).body).toMatchObject({ code: 422, data: null });
    }
  });

  test('an input without end is refused, and breaks nothing', async () => {
    const gateway = await startGateway({ pool });
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const answer = await gateway.ask(CREATE, { body: `{"model":"other/model","input":{"x":${deep}}}` });
    expect([answer.status, answer.body.msg]).toEqual([422, expect.stringContaining('nested')]);
  });

  test('too many values are one problem, with the limit', async () => {
    const gateway = await startGateway({ pool });
    const numbers = Array.from({ length: 40_000 }, (_, i) => i);
    const fields = Object.fromEntries(numbers.map((i) => [`x${i}`, i]));
    const { model, input } = testRequest('without end');
    for (const endless of [{ ...input, image_urls: numbers }, fields]) {
      const { status, body } = await gateway.ask(CREATE, { body: { model, input: endless } });
      const msg = expect.stringMatching(/^input must have at most 2000 values, received more$/);
      expect([status, body]).toEqual([422, { code: 422, msg, data: null }]);
    }
    // Beside model and input everything is ignored, as Kie does.
    const answer = await gateway.ask(CREATE, { body: { model, input, ...fields } });
    expect(answer.body).toMatchObject({ code: 200 });
    expect(answer.headers.get('x-kieq-warnings')).toMatch(
      /; x9 is no known .*; 39990 more fields are no known fields$/,
    );
  });

  test('a callback address of this network is refused unless allowed', async () => {
    const gateway = await startGateway({ pool, allowPrivateUrls: false });
    for (const callBackUrl of ['http://127.0.0.1/x', 'http://[::1]/x', 'http://10.1.2.3/x', 'http://2130706433/x']) {
      const answer = await gateway.ask(CREATE, { body: { ...testRequest('x'), callBackUrl } });
      expect([answer.status, answer.body.msg]).toEqual([
        422,
        expect.stringMatching(/^callBackUrl must not be a private/),
      ]);
    }
  });

  // @guarantee G7
  test('an image that was uploaded with another request cannot be named', async () => {
    const gateway = await startGateway({ pool });
    const copy = '3f2b8c1e-0000-4000-8000-000000000000';
    const address = uploadUrl({ tenant: 'b', sha256: 'a'.repeat(64), copy, extension: 'png' });
    const request = testRequest('x');
    const answer = await gateway.ask(CREATE, {
      body: { ...request, input: { ...request.input, image_urls: [address] } },
    });
    expect([answer.status, answer.body.msg]).toEqual([422, expect.stringContaining('must not name an uploaded image')]);
  });

  test('the task must be named, once', async () => {
    const gateway = await startGateway({ pool });
    for (const query of ['', '?taskId=', '?taskId=a&taskId=b', '?taskid=a']) {
      const answer = await gateway.ask(`/api/v1/jobs/recordInfo${query}`);
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual({ code: 422, msg: expect.stringMatching(/^taskId must /), data: null });
    }
  });

  // @guarantee G7
  test('an unknown task has no record, and neither has one of another tenant', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const id = await created(gateway, testRequest('of a'), { key: 'key-of-a' });
    expect((await recordInfo(gateway, id, { key: 'key-of-a' })).body).toMatchObject({
      code: 200,
      data: { taskId: id },
    });
    expect((await recordInfo(gateway, id, { key: 'key-of-op' })).body).toMatchObject({ code: 200 });
    const never = keyedGenerationId('a', 'never');
    for (const unknown of [never, 'nobody', 'gen_', '../config', '\u0000', 'x'.repeat(3000)]) {
      const answer = await recordInfo(gateway, unknown, { key: 'key-of-a' });
      expect([answer.status, answer.body]).toEqual([422, UNKNOWN]);
    }
    expect((await recordInfo(gateway, id, { key: 'key-of-b' })).body).toEqual(UNKNOWN);
  });

  test('a purged generation has no record', async () => {
    const gateway = await startGateway({ pool });
    const { id } = await pool.producer.enqueue(testRequest('purged'), { delayMs: 600_000 });
    await pool.producer.get(id).cancel();
    await pool.redis.client.hset(`${pool.ledger.root}gen:${id}`, 'purgedAt', String(Date.now()));
    expect((await recordInfo(gateway, id)).body).toEqual(UNKNOWN);
  });
});

describe('a dead letter', () => {
  test('of a lost response shows as waiting for the hold, then as fail', async () => {
    pool.simulator.script([{ on: 'createTask', when: { prompt: 'lost', times: 2 }, fault: { kind: 'cutAfter' } }]);
    const gateway = await startGateway({ pool });
    const dead = async (holdMs: number): Promise<string> => {
      // As `kieq config set` does; it counts for generations that become dead later.
      await pool.ledger.settings.overwrite({ holdMs, unknownWindowMs: 50 });
      const [id = ''] = await pool.enqueue('lost');
      await pool.recordWhen(id, ({ state }) => state === 'dead');
      return id;
    };
    const held = await recordInfo(gateway, await dead(60_000));
    expect(held.body.data).toMatchObject({ state: 'waiting', failCode: null, failMsg: null });
    const { data } = (await recordInfo(gateway, await dead(0))).body;
    expect(data).toMatchObject({ state: 'fail', failCode: 'payment_unknown', completeTime: expect.any(Number) });
    expect(data.failMsg).toContain('may have been charged');
  });

  const SECRETS = `${TEST_KEY} https://user:pass@word@a.example/x /callbacks/kie/gen_0123456789/token-of-an-attempt`;
  test.each([
    ['422', 'invalid_request', { code: 422, msg: 'prompt is not within the allowed length' }],
    ['451', 'invalid_request', { code: 451, msg: `The image could not be fetched: ${SECRETS} ${'x'.repeat(2000)}` }],
    ['500', 'invalid_request', { code: 500, msg: 'This field is required' }],
    ['505', 'model_unavailable', { code: 505, msg: 'The model is under reconstruction' }],
    ['500', 'refused_repeatedly', { code: 500, msg: 'Something that nobody has heard before' }],
  ])(
    "of a refusal (%s, %s) shows Kie's reason at once, in every interface",
    async (failCode, deadLetterClass, refusal) => {
      await pool.ledger.settings.overwrite({ holdMs: 60_000 });
      const prompt = `refused ${failCode} ${deadLetterClass}`;
      pool.simulator.script([
        { on: 'createTask', when: { prompt, times: 'always' }, fault: { kind: 'code', ...refusal } },
      ]);
      const gateway = await startGateway({ pool });
      const id = await created(gateway, testRequest(prompt));
      const { failMsg, ...data } = await ended(gateway, id);
      const reason = refusal.msg.slice(0, 30);
      expect(data).toMatchObject({ state: 'fail', failCode });
      expect(failMsg.startsWith(reason)).toBe(true);
      expect(failMsg.length).toBeLessThan(800);
      const view = (await gateway.ask(`/v1/generations/${id}`)).body;
      expect(view).toMatchObject({ failCode, failMsg, deadLetter: { class: deadLetterClass } });
      const { items } = (await gateway.ask(`/v1/dead-letters?class=${deadLetterClass}&limit=1`)).body;
      const mirrored = await until(
        () => pool.queues['dead-letter'].getJob(`${id}-letter`),
        (job) => job !== undefined,
      );
      const events = (await gateway.ask(`/v1/generations/${id}/events`)).body;
      expect(events).toContain(`"failCode":"${failCode}"`);
      const handle = await pool.producer.get(id).status();
      const told = { failMsg, view, items, mirrored: mirrored.data, events, handle };
      for (const [auth, value] of Object.entries(told)) {
        const text = JSON.stringify(value);
        expect(text, auth).toContain(reason);
        for (const secret of [TEST_KEY, 'user', 'pass', 'word', 'token-of-an-attempt'])
          expect(text.replaceAll('Authorization', ''), auth).not.toContain(secret);
      }
    },
  );
});

// @guarantee G5
test('Kie refusing for rate and credit is no concern of the caller', async () => {
  pool.simulator.script([
    { on: 'createTask', when: { prompt: 'refused at first', times: 2 }, fault: { kind: 'status429' } },
    { on: 'createTask', when: { prompt: 'refused at first' }, fault: { kind: 'envelope402' } },
  ]);
  const gateway = await startGateway({ pool });
  const id = await created(gateway, testRequest('refused at first'));
  const gates = await until(
    () => pool.ledger.gates.closed(),
    (closed) => closed.length > 0,
  );
  expect(gates.map(({ reason }) => reason)).toContain('rate-limit');
  const during = await created(gateway, testRequest('meanwhile'));
  expect((await recordInfo(gateway, id)).body).toMatchObject({ code: 200, data: { state: 'waiting' } });
  for (const each of [id, during]) expect((await ended(gateway, each)).state).toBe('success');
});

// @guarantee G7
test('the key of the account is never told', async () => {
  const gateway = await startGateway({ pool, secrets: [TEST_KEY] });
  const body = { ...testRequest('x'), model: TEST_KEY, input: [TEST_KEY], callBackUrl: `x://${TEST_KEY}` };
  const answer = await gateway.ask(CREATE, { body, headers: { 'idempotency-key': TEST_KEY.repeat(20) } });
  expect(answer.status).toBe(422);
  expect(JSON.stringify(answer.body)).not.toContain(TEST_KEY);
});
