import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultLink } from '@kieq/queue';
import { ensureStoreId, openBlobStore } from '@kieq/storage';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startReceiver } from '../../../../packages/testkit/src/receiver.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { tinyVideo } from '../../../../packages/simulator/src/video/tiny.ts';
import { announceArchive } from '../../src/results/reader.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';

/** Nobody is there: links are taken to the gateway of the test, as its proxy would. */
const PUBLIC_URL = 'https://kieq.example.com/some/where';
const A = { key: 'key-of-a' };

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'result-links', worker: { archiveMode: 'wait' } });
});
beforeEach(async () => {
  const { client } = pool.redis;
  await client.del(`${pool.ledger.root}readers`, `${pool.ledger.root}link:key`);
  await pool.ledger.settings.overwrite({ resultLinks: 'archive' });
  await pool.ledger.archiveLinks.usePublicUrl(PUBLIC_URL);
});
afterAll(() => pool.stop());

async function archived(prompt: string, callBackUrl?: string): Promise<string> {
  const { id } = await pool.producer.enqueue(testRequest(prompt), { tenant: 'a', callBackUrl });
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  return id;
}

/** A gateway that has announced its archive to the pool. */
async function readingGateway(): Promise<GatewayFixture> {
  const gateway = await startGateway({ pool, keys: KEYS });
  await announceArchive(gateway.deps);
  return gateway;
}

async function recordInfoLinks({ ask }: GatewayFixture, id: string): Promise<string[]> {
  const { body } = await ask(`/api/v1/jobs/recordInfo?taskId=${id}`, A);
  return JSON.parse(body.data.resultJson).resultUrls;
}

/** The link as the gateway gets it from its proxy. */
function local({ url }: GatewayFixture, link: string): string {
  expect(link.startsWith(`${PUBLIC_URL}/results/`)).toBe(true);
  return url + link.slice(PUBLIC_URL.length);
}

const kieLinks = async (id: string) => (await pool.ledger.read.generation(id))?.verdict?.resultUrls ?? [];
const bodyOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());
const pathOf = (link: string): string => link.slice(PUBLIC_URL.length);

describe('a link to an archived result', () => {
  test("outlives Kie's: callback, recordInfo and /v1 give the same one, and it opens the file without a key", async () => {
    const receiver = await startReceiver();
    onTestFinished(() => receiver.stop());
    // The archive gets its id with its first result.
    await archived('the first');
    const gateway = await readingGateway();
    const id = await archived('told', `${receiver.url}/hook`);
    const callback = await until(
      () => receiver.received[0]?.text,
      (text) => text !== undefined,
    );
    const { code, msg, data } = JSON.parse(callback ?? '');
    const [link = ''] = await recordInfoLinks(gateway, id);
    expect({ code, msg, resultJson: JSON.parse(data.resultJson) }).toEqual({
      code: 200,
      msg: 'success',
      resultJson: { resultUrls: [link] },
    });
    const { body: view } = await gateway.ask(`/v1/generations/${id}`, A);
    expect([view.resultUrls, view.kieUrls]).toEqual([[link], await kieLinks(id)]);
    const { body: list } = await gateway.ask('/v1/generations?limit=1', A);
    expect(list.items[0]).toMatchObject({ id, resultUrls: [link] });
    expect(new URL(link).pathname).toBe(`/some/where/results/${id}.mp4`);

    const answer = await fetch(local(gateway, link));
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(tinyVideo.length),
      'content-disposition': `inline; filename="${id}.mp4"`,
      'repr-digest': `sha-256=:${createHash('sha256').update(tinyVideo).digest('base64')}:`,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'content-security-policy': expect.stringMatching(/^default-src 'none';.* sandbox$/),
    });
    expect(await bodyOf(answer)).toEqual(Buffer.from(tinyVideo));
  });

  test('serves ranges and HEAD, so that players can seek', async () => {
    const id = await archived('ranges');
    const gateway = await readingGateway();
    const [link = ''] = await recordInfoLinks(gateway, id);
    const part = await fetch(local(gateway, link), { headers: { range: 'bytes=4-7' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-7/${tinyVideo.length}`]);
    expect((await bodyOf(part)).toString('latin1')).toBe('ftyp');
    const head = await fetch(local(gateway, link), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(tinyVideo.length)]);
    expect(await gateway.ask(pathOf(link), { headers: { range: 'bytes=99999999-' } })).toMatchObject({
      status: 416,
      body: { error: { code: 'range_not_satisfiable' } },
    });
  });

  test('opens nothing else: what is changed in it is refused, whether the other thing exists or not', async () => {
    const [id, other] = [await archived('mine'), await archived('of another')];
    const gateway = await readingGateway();
    const [link = ''] = await recordInfoLinks(gateway, id);
    const { pathname, searchParams } = new URL(link);
    const path = pathname.slice('/some/where'.length);
    const query = (more: Record<string, string>) => {
      const all = { ...Object.fromEntries(searchParams), ...more };
      return new URLSearchParams(all).toString();
    };
    const changed = [
      path.replace(id, other) + `?${query({})}`,
      path.replace(id, 'gen_0000000000') + `?${query({})}`,
      path.replace('.mp4', '-2.mp4') + `?${query({})}`,
      path.replace('.mp4', '.html') + `?${query({})}`,
      `${path}?${query({ expires: '4102444800' })}`,
      `${path}?${query({ expires: 'never' })}`,
      `${path}?${query({ signature: 'A'.repeat(43) })}`,
      `${path}?${query({ signature: '' })}`,
      `${path}?${query({})}&signature=x`,
      path,
      `/results/..%2f..%2f${id}.mp4?${query({})}`,
      `/results/.%2e%2f${id}.mp4?${query({})}`,
      `/results/${id}.poster.jpg?${query({})}`,
    ];
    for (const one of changed) {
      const { status, body } = await gateway.ask(one);
      expect([one, status, body.error?.code]).toEqual([one, 403, 'forbidden']);
      expect(JSON.stringify(body)).not.toMatch(/gen_|signature=/);
    }
    expect((await gateway.ask(pathOf(link), { method: 'POST', body: {} })).status).toBe(401);
  });

  test('ends: after its time, with the key of the pool, and with the file', async () => {
    const id = await archived('ends');
    const gateway = await readingGateway();
    const { archiveLinks } = pool.ledger;
    const expired = resultLink(PUBLIC_URL, await archiveLinks.ensureKey(), {
      file: `${id}.mp4`,
      expiresS: Math.floor(Date.now() / 1000) - 60,
    });
    expect((await gateway.ask(pathOf(expired))).body.error).toMatchObject({
      code: 'gone',
      message: expect.stringContaining('expired'),
    });
    const [link = ''] = await recordInfoLinks(gateway, id);
    await pool.redis.client.del(`${pool.ledger.root}link:key`);
    // A gateway looks the key up a few times a second at most.
    await until(
      () => gateway.ask(pathOf(link)),
      ({ status }) => status === 403,
    );
    const [again = ''] = await recordInfoLinks(gateway, id);
    await until(
      () => gateway.ask(pathOf(again)),
      ({ status }) => status === 200,
    );
    const [file] = (await pool.ledger.read.generation(id))?.archiving?.files ?? [];
    await pool.archiveStore.remove(file?.name ?? '');
    expect(await gateway.ask(pathOf(again))).toMatchObject({
      status: 410,
      body: { error: { code: 'gone', message: expect.stringContaining('has been removed') } },
    });
    await pool.ledger.purge(id, false);
    expect((await gateway.ask(pathOf(again))).body.error.message).toContain('were purged');
  });

  test('a client with too many responses at once is refused', async () => {
    const id = await archived('many');
    const gateway = await readingGateway();
    const [link = ''] = await recordInfoLinks(gateway, id);
    const [file] = (await pool.ledger.read.generation(id))?.archiving?.files ?? [];
    // More than any buffer on the way takes.
    await truncate(pool.archiveStore.pathOf(file?.name ?? '') ?? '', 64 * 1024 * 1024);
    const held = await Promise.all(Array.from({ length: 8 }, () => hold(local(gateway, link))));
    onTestFinished(() => held.forEach((answer) => answer.destroy()));
    expect(held.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(200));
    const refused = await fetch(local(gateway, link), { method: 'HEAD' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    for (const answer of held) answer.destroy();
    await until(
      () => fetch(local(gateway, link), { method: 'HEAD' }),
      ({ status }) => status === 200,
    );
  });
});

describe("Kie's link stays", () => {
  test('where no gateway reads the archive, or another one', async () => {
    const id = await archived('elsewhere');
    const folder = await mkdtemp(join(tmpdir(), 'kieq-another-archive-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const archive = openBlobStore({ kind: 'file', path: folder });
    await ensureStoreId(archive.small);
    const gateway = await startGateway({ pool, keys: KEYS, deps: { archive } });
    expect(await recordInfoLinks(gateway, id)).toEqual(await kieLinks(id));
    await announceArchive(gateway.deps);
    expect(await recordInfoLinks(gateway, id)).toEqual(await kieLinks(id));
    await announceArchive(await readingGateway().then(({ deps }) => deps));
    expect(await recordInfoLinks(gateway, id)).not.toEqual(await kieLinks(id));
  });

  test('where the pool wants it, at once', async () => {
    const id = await archived('wanted');
    const gateway = await readingGateway();
    expect(await recordInfoLinks(gateway, id)).not.toEqual(await kieLinks(id));
    await pool.ledger.settings.overwrite({ resultLinks: 'kie' });
    expect(await recordInfoLinks(gateway, id)).toEqual(await kieLinks(id));
  });

  test('where a gateway without an archive was asked nothing is announced', async () => {
    const gateway = await startGateway({ pool, keys: KEYS, deps: { archive: undefined } });
    await announceArchive(gateway.deps);
    const id = await archived('no archive');
    expect(await recordInfoLinks(gateway, id)).toEqual(await kieLinks(id));
  });
});

/** A response that has begun and is not read. */
function hold(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get(url, (answer) => resolve(answer.pause().on('error', () => undefined)));
    request.on('error', reject);
  });
}
