import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { KEYS, startGateway } from '../../../../apps/gateway/test/support.ts';
import { PNG } from '../../../../apps/gateway/test/v1-images.ts';
import { startPool, type PoolFixture } from '../../../testkit/src/pool.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { installClients, type InstalledClients } from '../support/install.ts';

const MODEL = 'kling-2.6/image-to-video';
const IMAGE_URL = 'https://example.com/a.png';

let pool: PoolFixture;
let clients: InstalledClients;
beforeAll(async () => {
  [pool, clients] = await Promise.all([
    startPool({ redisUrl: inject('redisUrl'), name: 'openai-sdk', worker: { archiveMode: 'wait' } }),
    installClients('openai'),
  ]);
}, 120_000);
afterAll(async () => {
  await pool.stop();
  await clients.remove();
});

function envOf(url: string, prompt: string): Record<string, string> {
  const image = { IMAGE_URL, IMAGE_BASE64: PNG.toString('base64') };
  return { BASE_URL: `${url}/v1`, KEY: 'key-of-a', MODEL, PROMPT: prompt, ...image };
}

test("OpenAI's SDK makes, reads, lists, downloads and deletes videos", { timeout: 60_000 }, async () => {
  const { url } = await startGateway({ pool, keys: KEYS });
  const seen = z
    .looseObject({ created: z.looseObject({ id: z.string() }), linked: z.string() })
    .parse(await clients.run('openai.mjs', envOf(url, 'by the SDK')));
  const { id } = seen.created;
  const error = { name: 'NotFoundError', status: 404, code: 'not_found', type: 'invalid_request_error' };
  expect(seen).toMatchObject({
    created: { object: 'video', model: MODEL, seconds: '5', prompt: 'by the SDK' },
    done: { id, status: 'completed', progress: 100, error: null },
    type: 'video/mp4',
    head: 'ftyp',
    listed: [id, seen.linked],
    deleted: { id, object: 'video.deleted', deleted: false },
    refused: { name: 'UnprocessableEntityError', status: 422, code: 'invalid_request', param: 'model' },
    unknown: error,
    remixed: error,
  });
  const charges = pool.simulator.ledger.chargesByPrompt();
  expect([charges.get('by the SDK'), charges.get('by the SDK, by link')]).toEqual([1, 1]);
});

// @guarantee G1
test("calls that OpenAI's SDK repeats by itself are charged once each", { timeout: 60_000 }, async () => {
  const { url } = await startGateway({ pool, keys: KEYS });
  // Both first responses are lost, and one of the second ones.
  const proxy = await startCuttingProxy(url, (_, before) => before < 3);
  const ids = z.array(z.string()).parse(await clients.run('openai-repeated.mjs', envOf(proxy.url, 'cut off')));
  expect(new Set(ids).size).toBe(2);
  expect(proxy.passed).toEqual(Array.from({ length: 5 }, () => 'POST /v1/videos'));
  for (const id of ids) await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const { items } = await pool.ledger.read.list({ tenant: 'a', limit: 100 });
  const records = await pool.ledger.read.generations(items.map((item) => item.id));
  expect(records.filter((record) => record?.payload?.includes('cut off') === true)).toHaveLength(2);
  expect(pool.simulator.ledger.chargesByPrompt().get('cut off')).toBe(2);
});
