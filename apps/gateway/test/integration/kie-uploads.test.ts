import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { StorageError } from '@kieq/storage';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { createApp } from '../../src/app.ts';
import { KEYS, startGateway, type AskOptions, type GatewayFixture } from '../support.ts';
import { BASE64, FROM_URL, STREAM, streamForm, upload, uploadedLink } from '../kie-uploads.ts';
import { watched } from '../v1-forms.ts';
import { JPEG, PNG, pngOf, webp } from '../v1-images.ts';

const MB = 1024 * 1024;
const LIMIT = 10 * MB;
const FORBIDDEN_WORDS = /kie\.ai|redpandaai|aiquickdraw/;

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'kie-uploads', workers: 0 });
});
afterAll(() => pool.stop());

/** Serves the same response to every request. */
async function imageServer(body: Buffer, status = 200): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has such an address
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/cat.jpg`;
}

async function fetched(link: string): Promise<Buffer> {
  const answer = await fetch(link);
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

describe('the three upload endpoints answer as those of Kie', () => {
  const expected = (gateway: GatewayFixture, bytes: Buffer, type: string, fileName?: string): object => {
    const link = expect.stringMatching(new RegExp(`^${gateway.url}/uploads/up_[0-9a-f]{40}\\.\\w+$`));
    return {
      success: true,
      code: 200,
      msg: 'File uploaded successfully',
      data: {
        fileName: fileName ?? expect.stringMatching(/^up_/),
        filePath: fileName === undefined ? expect.stringMatching(/^images\/up_/) : `images/${fileName}`,
        downloadUrl: link,
        fileUrl: link,
        fileSize: bytes.length,
        mimeType: type,
        uploadedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    };
  };

  test.each([
    ['JPEG', JPEG, 'image/jpeg'],
    ['PNG', PNG, 'image/png'],
    ['WebP', webp('VP8 '), 'image/webp'],
  ])('a form with a %s, whatever it is called', async (_name, bytes, type) => {
    const gateway = await startGateway({ pool });
    const texts = { uploadPath: 'images/', fileName: 'my cat.gif', folder: 'unknown to Kie' };
    const answer = await gateway.ask(STREAM, { body: streamForm(bytes, texts) });
    expect([answer.status, answer.body]).toEqual([200, expected(gateway, bytes, type, 'my cat.gif')]);
    expect(answer.headers.get('x-kieq-warnings')).toBeNull();
    expect(await fetched(answer.body.data.downloadUrl)).toEqual(bytes);
  });

  test.each([
    ['a data URL', (text: string) => `data:image/jpeg;base64,${text}`],
    ['bare text', (text: string) => text],
    ['lines', (text: string) => `${text.slice(0, 20)}\r\n${text.slice(20)}\n`],
  ])('Base64 as %s', async (_name, written) => {
    const gateway = await startGateway({ pool });
    const body = { base64Data: written(PNG.toString('base64')), uploadPath: 'images' };
    const answer = await gateway.ask(BASE64, { body });
    expect([answer.status, answer.body]).toEqual([200, expected(gateway, PNG, 'image/png')]);
    expect(await fetched(answer.body.data.fileUrl)).toEqual(PNG);
  });

  test('an address, which the gateway fetches', async () => {
    const gateway = await startGateway({ pool });
    const body = { fileUrl: await imageServer(JPEG), uploadPath: 'images', fileName: 'cat.jpg' };
    const answer = await gateway.ask(FROM_URL, { body });
    expect([answer.status, answer.body]).toEqual([200, expected(gateway, JPEG, 'image/jpeg', 'cat.jpg')]);
  });

  test('an image of exactly 10 MB', async () => {
    const gateway = await startGateway({ pool });
    const bytes = pngOf(LIMIT);
    expect((await upload(gateway, {}, bytes)).body.data.fileSize).toBe(LIMIT);
    const text = await gateway.ask(BASE64, { body: { base64Data: bytes.toString('base64') } });
    expect(text.body.data.fileSize).toBe(LIMIT);
    expect((await fetched(text.body.data.downloadUrl)).equals(bytes)).toBe(true);
  });
});

describe('what is refused is kept nowhere', () => {
  const html = Buffer.from('<!doctype html><p>no image');
  const cases: readonly (readonly [string, string, () => AskOptions | Promise<AskOptions>, number, RegExp])[] = [
    ['a page in a form', STREAM, () => ({ body: streamForm(html) }), 422, /^file must be a whole JPEG.*an HTML page/],
    [
      'a form without an image',
      STREAM,
      () => ({ body: streamForm(undefined, { uploadPath: 'x' }) }),
      422,
      /^file must be a part/,
    ],
    ['a form with two', STREAM, () => ({ body: twice() }), 422, /^file must be given once/],
    [
      'a form with a long name',
      STREAM,
      () => ({ body: streamForm(PNG, { fileName: 'x'.repeat(300) }) }),
      422,
      /^fileName must have at most 255/,
    ],
    ['a form above 10 MB', STREAM, () => ({ body: streamForm(pngOf(LIMIT + 1)) }), 413, /file must have at most/],
    ['JSON in place of a form', STREAM, () => ({ body: {} }), 415, /multipart/],
    [
      'a broken form',
      STREAM,
      () => ({ body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=x' } }),
      400,
      /form cannot be read/,
    ],
    [
      'a page as Base64',
      BASE64,
      () => ({ body: { base64Data: html.toString('base64') } }),
      422,
      /^base64Data must be a whole JPEG/,
    ],
    ['no Base64', BASE64, () => ({ body: { base64Data: 'ä ö' } }), 422, /^base64Data must be Base64/],
    ['Base64 that is a number', BASE64, () => ({ body: { base64Data: 7 } }), 422, /^base64Data must be text/],
    ['nothing as Base64', BASE64, () => ({ body: {} }), 422, /^base64Data must be text/],
    ['a list', BASE64, () => ({ body: [] }), 400, /JSON object/],
    ['no JSON', BASE64, () => ({ body: '{' }), 400, /JSON object/],
    ['no body', BASE64, () => ({ method: 'POST' }), 400, /JSON object/],
    [
      'many values',
      BASE64,
      () => ({ body: { base64Data: 'x', more: Array.from({ length: 600 }, () => 'x') } }),
      422,
      /only base64Data/,
    ],
    [
      'Base64 of more than 10 MB',
      BASE64,
      () => ({ body: { base64Data: pngOf(LIMIT + 3).toString('base64') } }),
      413,
      /10 MB/,
    ],
    ['a body beyond all', BASE64, () => ({ body: ' '.repeat(16 * MB) }), 413, /too large/],
    [
      'a page at an address',
      FROM_URL,
      async () => ({ body: { fileUrl: await imageServer(html) } }),
      422,
      /^fileUrl must be a whole JPEG/,
    ],
    [
      'an address with nothing',
      FROM_URL,
      async () => ({ body: { fileUrl: await imageServer(PNG, 404) } }),
      422,
      /responded with HTTP 404/,
    ],
    [
      'an address of more than 10 MB',
      FROM_URL,
      async () => ({ body: { fileUrl: await imageServer(pngOf(LIMIT + 1)) } }),
      413,
      /10 MB/,
    ],
    ['no address', FROM_URL, () => ({ body: { fileUrl: 'cat.jpg' } }), 422, /^fileUrl must/],
    ['a file of this machine', FROM_URL, () => ({ body: { fileUrl: 'file:///etc/passwd' } }), 422, /^fileUrl must/],
    [
      'a closed port',
      FROM_URL,
      () => ({ body: { fileUrl: 'http://127.0.0.1:1/x.png' } }),
      422,
      /cannot be fetched: ECONNREFUSED/,
    ],
  ];
  test.each(cases)('%s', async (_what, path, make, status, message) => {
    const { store, names } = watched(pool.uploads);
    const gateway = await startGateway({ pool, deps: { uploads: store } });
    const { body, ...answer } = await gateway.ask(path, await make());
    expect([answer.status, body.code, body.data, body.msg]).toEqual([
      status,
      status,
      null,
      expect.stringMatching(message),
    ]);
    expect(body.msg).not.toMatch(FORBIDDEN_WORDS);
    expect([...names]).toEqual([]);
  });

  test('a private address, unless it is allowed', async () => {
    const gateway = await startGateway({ pool, allowPrivateUrls: false });
    const answer = await gateway.ask(FROM_URL, { body: { fileUrl: await imageServer(PNG) } });
    expect([answer.status, answer.body.msg]).toEqual([422, expect.stringMatching(/^fileUrl must not be a private/)]);
  });

  test('everything without a key, before a byte is read', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    for (const path of [STREAM, BASE64, FROM_URL, '/api/v1/common/download-url'])
      expect((await gateway.ask(path, { body: {} })).body).toMatchObject({ code: 401, data: null });
  });

  test('an image that the store does not take gives its part of the quota back', async () => {
    const { store } = watched(pool.uploads);
    const uploads = { ...store, put: () => Promise.reject(new StorageError('full')) };
    const gateway = await startGateway({ pool, keys: [{ key: 'k', tenant: 'unlucky' }], deps: { uploads } });
    const answer = await upload(gateway, { key: 'k' });
    expect([answer.status, answer.body.msg]).toEqual([503, expect.stringMatching(/Nothing was kept/)]);
    expect(await pool.redis.client.hget(`${pool.ledger.root}uploads:held`, 'unlucky')).toBeNull();
  });
});

function twice(): FormData {
  const form = streamForm(PNG);
  form.append('file', new Blob([new Uint8Array(PNG)]), 'again');
  return form;
}

describe('the quota', () => {
  test('is that of the tenant, also for uploads at the same moment; others have their own', async () => {
    const gateway = await startGateway({
      pool,
      keys: [...KEYS, { key: 'q', tenant: 'full' }],
      uploadQuotaBytes: 3 * MB,
    });
    const images = await Promise.all(Array.from({ length: 8 }, () => upload(gateway, { key: 'q' }, pngOf(MB))));
    expect(images.filter(({ status }) => status === 200)).toHaveLength(3);
    const refused = images.find(({ status }) => status !== 200);
    expect(refused?.body).toMatchObject({ code: 413, msg: expect.stringMatching(/take 3 MB of its 3 MB/) });
    expect((await upload(gateway, { key: 'key-of-b' }, pngOf(MB))).status).toBe(200);
  });

  test('counts tiny images as 64 KiB, and 0 is none', async () => {
    const keys = [{ key: 'q', tenant: 'tiny' }];
    const tight = await startGateway({ pool, keys, uploadQuotaBytes: 128 * 1024 });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await upload(tight, { key: 'q' })).status);
    expect(statuses).toEqual([200, 200, 413]);
    const open = await startGateway({ pool, keys, uploadQuotaBytes: 0 });
    expect((await upload(open, { key: 'q' })).status).toBe(200);
  });
});

describe('the link', () => {
  test('opens the image for everyone who has it, as an image and nothing else', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const link = await uploadedLink(gateway, { key: 'key-of-a' });
    const answer = await fetch(link);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
    });
    expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
  });

  test('that is forged, changed or expired opens nothing, always with the same words', async () => {
    const gateway = await startGateway({ pool });
    const path = new URL(await uploadedLink(gateway)).pathname;
    const token = /up_\w+/.exec(path)?.[0] ?? '';
    await pool.redis.client.hset(`${pool.ledger.root}upload:${token}`, 'expiresAt', String(Date.now() - 1000));
    const paths = [path, `/uploads/up_${'0'.repeat(40)}.png`, '/uploads/x', '/uploads/..%2fx', `${path}x`];
    const answers = await Promise.all(paths.map((one) => gateway.ask(one)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    expect(new Set(answers.map(({ body }) => body.error.message)).size).toBe(1);
  });

  test('is below PUBLIC_URL where it is set, never below Host', async () => {
    const gateway = await startGateway({ pool, publicUrl: 'https://videos.example/kieq' });
    const answer = await gateway.app.inject({
      method: 'POST',
      url: BASE64,
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
      remoteAddress: '127.0.0.1',
      payload: { base64Data: PNG.toString('base64') },
    });
    // A foreign Host is refused as such without keys.
    expect(answer.statusCode).toBe(403);
    const keyed = await startGateway({ pool, publicUrl: 'https://videos.example/kieq', keys: KEYS });
    const foreign = await keyed.app.inject({
      method: 'POST',
      url: BASE64,
      headers: { host: 'evil.example', authorization: 'Bearer key-of-a' },
      payload: { base64Data: PNG.toString('base64') },
    });
    expect(foreign.json().data.downloadUrl).toMatch(/^https:\/\/videos\.example\/kieq\/uploads\/up_/);
  });

  test('is one that only createTask understands where no public address is known, and says so', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    // Not listening: as on every interface, no address is known that clients can reach.
    const app = await createApp(gateway.deps);
    onTestFinished(() => app.close());
    const answer = await app.inject({
      method: 'POST',
      url: BASE64,
      headers: { authorization: 'Bearer key-of-a' },
      payload: { base64Data: PNG.toString('base64') },
    });
    expect(answer.json().data.downloadUrl).toMatch(/^https:\/\/upload\.kieq\.invalid\/uploads\/up_/);
    expect(answer.headers['x-kieq-warnings']).toMatch(/PUBLIC_URL is not set/);
  });
});

test('uploads of all kinds share the turns of forms: what gets none is 503, and is not read', async () => {
  const limits = { forms: 1, formsForOthers: 0, turnWaitMs: 50 };
  const gateway = await startGateway({ pool, limits });
  const { port } = new URL(gateway.url);
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const head = `POST ${STREAM} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n`;
  socket.write(`${head}Content-Length: 9000\r\n\r\n--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n`);
  const base64 = { base64Data: PNG.toString('base64') };
  const busy = await until(
    () => gateway.ask(BASE64, { body: base64 }),
    ({ status }) => status === 503,
  );
  expect(busy.body).toMatchObject({ code: 503, msg: expect.stringMatching(/^Too many uploads/) });
  expect((await upload(gateway)).status).toBe(503);
  expect((await gateway.ask(FROM_URL, { body: { fileUrl: 'http://127.0.0.1:1/x.png' } })).status).toBe(503);
  socket.destroy();
  await until(
    () => gateway.ask(BASE64, { body: base64 }),
    ({ status }) => status === 200,
  );
});
