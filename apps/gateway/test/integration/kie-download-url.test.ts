import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { KEYS, startGateway, type Asked, type GatewayFixture } from '../support.ts';

const PATH = '/api/v1/common/download-url';
const NOT_OURS = /^url must be a link to a result of this caller/;

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'kie-download', worker: { archiveMode: 'wait' } });
});
afterAll(() => pool.stop());

function ask(gateway: GatewayFixture, url: unknown, key = 'key-of-a'): Promise<Asked> {
  return gateway.ask(PATH, { key, body: { url } });
}

/** A generation of tenant a that has succeeded. */
async function succeeded(prompt: string): Promise<{ readonly id: string; readonly kieUrl: string }> {
  const { id } = await pool.producer.enqueue(testRequest(prompt), { tenant: 'a' });
  const { verdict } = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  return { id, kieUrl: verdict?.resultUrls[0] ?? '' };
}

test('a link of Kie leads to the link that recordInfo has: of Kie, or into the archive', async () => {
  const gateway = await startGateway({ pool, keys: KEYS });
  const { id, kieUrl } = await succeeded('of Kie');
  const shown = async (): Promise<string> =>
    (await gateway.ask(`/api/v1/jobs/recordInfo?taskId=${id}`, { key: 'key-of-a' })).body.data.response.resultUrls[0];
  expect((await ask(gateway, kieUrl)).body).toEqual({ code: 200, msg: 'success', data: await shown() });
  expect((await ask(gateway, kieUrl, 'key-of-op')).body.code).toBe(200);
});

test('a link into the archive leads to a current one, also when it has expired', async () => {
  const gateway = await startGateway({ pool, keys: KEYS });
  const { id, kieUrl } = await succeeded('archived');
  const name = (await pool.ledger.read.generation(id))?.archiving?.files[0]?.name.split('/').at(-1) ?? expect.fail();
  for (const link of [
    `https://videos.example/results/${name}?expires=1&signature=x`,
    `https://bucket.example/t/${name}`,
  ])
    expect((await ask(gateway, link)).body).toEqual({
      code: 200,
      msg: 'success',
      data: (await ask(gateway, kieUrl)).body.data,
    });
});

test('nothing else: of another tenant, unknown, not finished, no address', async () => {
  const gateway = await startGateway({ pool, keys: KEYS });
  const { id, kieUrl } = await succeeded('mine alone');
  const archived = `https://videos.example/results/${id}.mp4`;
  for (const url of [kieUrl, archived]) {
    const answer = await ask(gateway, url, 'key-of-b');
    expect([answer.status, answer.body]).toEqual([
      422,
      { code: 422, msg: expect.stringMatching(NOT_OURS), data: null },
    ]);
  }
  const { id: waiting } = await pool.producer.enqueue(testRequest('later'), { tenant: 'a', delayMs: 600_000 });
  const unknown = [
    `https://x.example/${waiting}.mp4`,
    'https://x.example/gen_unknown00.mp4',
    'x',
    '../x',
    `${kieUrl}?x`,
  ];
  for (const url of unknown) expect((await ask(gateway, url)).body.msg).toMatch(NOT_OURS);
  for (const url of [undefined, 7, {}, 'x'.repeat(5000)]) expect((await ask(gateway, url)).body.code).toBe(422);
});
