import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { MODELS } from '@kieq/models';
import { REQUEST } from '../generations.ts';
import { closedPort, httpServer } from '../../../../packages/testkit/test/support/http-server.ts';
import { testPool, type TestPool } from '../support.ts';

let pool: TestPool;
let folder: string;
beforeEach(async () => {
  pool = await testPool('cli-models');
  folder = await mkdtemp(join(tmpdir(), 'kieq-cli-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await pool.cleanup();
});

const INPUT = '{"image_url":"https://example.com/a.jpg","duration":5}';
const WRONG = ['--model', 'kling/v2-1-pro', '--prompt', 'a slow pan', '--input', INPUT];
const WARNING = 'input.duration must be text; did you mean "5"?';
const countQueued = async (): Promise<number> => (await pool.ledger.read.stateCounts()).queued;

it('lists the catalogue, and shows one model', async () => {
  const all = await pool.run(['models', '--json']);
  const one = await pool.run(['models', 'kling-3.0/video']);
  const asJson = await pool.run(['models', 'kling-3.0/video', '--json']);

  expect(all.json).toHaveLength(MODELS.length);
  expect(one.stdout).toContain('20 credits for each second: mode std, sound true');
  expect(asJson.json).toMatchObject({
    inputSchema: { required: expect.arrayContaining(['prompt']) },
    sources: { A: {} },
  });
});

it('suggests a model for a misspelt name', async () => {
  const { code, stderr } = await pool.run(['models', 'kling-3.0/vidoe']);
  expect([code, stderr]).toEqual([
    3,
    'kieq: the catalogue has no model kling-3.0/vidoe; did you mean kling-3.0/video?\n',
  ]);
});

it('estimates one request, with warnings about its fields', async () => {
  const { code, stdout, stderr } = await pool.run(['estimate', '--model', 'kling/v2-1-pro', '--input', INPUT]);
  expect([code, stderr]).toEqual([0, `warning: ${WARNING}\n`]);
  expect(stdout).toContain('total: 50 credits, 0.25 USD\n');
});

it('estimates a file', async () => {
  const path = join(folder, 'requests.jsonl');
  const other = { model: 'pixverse-v6/transition', input: {} };
  await writeFile(path, `${JSON.stringify({ request: REQUEST })}\n${JSON.stringify({ request: other })}\n`);
  const { code, json } = await pool.run(['estimate', '--from', path, '--json']);

  expect(code).toBe(0);
  expect(json).toMatchObject({
    items: [{ estimate: { low: 55 } }, { estimate: null }],
    total: { low: 55, unknown: 1 },
  });
  expect(await countQueued()).toBe(0);
});

it.each([
  ['without a request', ['estimate'], 'give --model or --from'],
  [
    'with an input that is no object',
    ['estimate', '--model', 'runway', '--input', '[]'],
    '--input must be a JSON object',
  ],
])('refuses to estimate %s', async (_, args, message) => {
  expect(await pool.run(args)).toMatchObject({ code: 2, stderr: `kieq: ${message}\n` });
});

it('warns about a request that it enqueues, and refuses it with --strict', async () => {
  const warned = await pool.run(['enqueue', ...WRONG]);
  expect([warned.code, await countQueued()]).toEqual([0, 1]);
  expect(warned.stderr).toContain(`warning: ${WARNING}\n`);

  const refused = await pool.run(['enqueue', ...WRONG, '--strict']);
  expect([refused.code, refused.stderr]).toEqual([2, `kieq: nothing was enqueued: ${WARNING}\n`]);
  expect(await countQueued()).toBe(1);
});

it('warns for each line of a file', async () => {
  const path = join(folder, 'requests.jsonl');
  const wrong = { model: 'kling/v2-1-pro', input: { prompt: 'a slow pan', ...JSON.parse(INPUT) } };
  await writeFile(path, `${JSON.stringify({ request: REQUEST })}\n${JSON.stringify({ request: wrong })}\n`);

  const warned = await pool.run(['enqueue', '--from', path]);
  expect(warned.stderr).toContain(`warning: line 2: ${WARNING}\n`);
  const refused = await pool.run(['enqueue', '--from', path, '--strict']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`line 2: ${WARNING}`)]);
});

it.each([[[]], [['--each']]])('generate warns once, with %j', async (flags) => {
  const sources = ['https://example.com/a.jpg', ...(flags.length > 0 ? ['https://example.com/b.jpg'] : [])];
  const args = ['generate', ...sources, ...flags, '--image-field', 'image_url', '--model', 'kling/v2-1-pro'];
  const { code, stderr } = await pool.run([...args, '--prompt', 'a slow pan', '--input', '{"duration":5}']);
  expect([code, stderr.split(WARNING)]).toEqual([0, [expect.any(String), expect.any(String)]]);
});

describe('estimates with a pool', () => {
  const args = [
    'estimate',
    '--model',
    'kling/v2-1-pro',
    '--input',
    '{"image_url":"https://example.com/a.jpg","duration":"5"}',
  ];
  beforeEach(() =>
    pool.redis.client.hset(`${pool.ledger.root}verdicts`, 'price:kling/v2-1-pro|5s', '1000 60 4 1000 - 50'),
  );

  it('use what Kie billed it', async () => {
    const { stdout, stderr } = await pool.run(args);
    expect(stderr).toBe('');
    expect(stdout).toContain('Kie billed this for 4 generations of this pool; the price list says 50.');
    expect(stdout).toContain('total: 60 credits, 0.3 USD\n');
  });

  it('need none: without REDIS_URL, and where Redis does not answer, the price lists count', async () => {
    const without = await pool.run(args, { env: { REDIS_URL: '' } });
    const unreachable = await pool.run(args, { env: { REDIS_URL: `redis://127.0.0.1:${await closedPort()}` } });
    expect([without.code, without.stderr]).toEqual([0, '']);
    expect(unreachable.code).toBe(0);
    expect(unreachable.stderr).toMatch(
      /^warning: the price lists alone are used, since what Kie billed this pool cannot be read: /,
    );
    for (const { stdout } of [without, unreachable]) expect(stdout).toContain('total: 50 credits, 0.25 USD\n');
  });
});

describe("Kie's own catalogue", () => {
  const input = { properties: { prompt: { type: 'string' }, camera: { type: 'string' } } };
  const answers: Readonly<Record<string, unknown>> = {
    '/api/v1/models': [{ id: 'kling/v2-1-pro' }, { id: 'someone/new-model' }],
    '/api/v1/models/kling%2Fv2-1-pro/schema': { properties: { input } },
    '/api/v1/models/kling%2Fv2-1-pro/price': null,
  };

  /** A pool whose Kie has this catalogue, or refuses the key. */
  async function poolOf(code: number): Promise<TestPool> {
    const kie = await httpServer((response, { url }) => response.end(JSON.stringify({ code, data: answers[url] })));
    const other = await testPool('cli-refresh', { KIE_BASE_URL: kie.url });
    onTestFinished(() => other.cleanup());
    return other;
  }

  it('is read into the pool, and compared with the built-in facts', async () => {
    const refreshed = await poolOf(200);
    const { code, stdout, stderr } = await refreshed.run(['models', 'refresh']);
    expect([code, stderr]).toEqual([0, '2 questions to Kie, one per second\n']);
    expect(stdout).toContain('1 model of the catalogue is listed by Kie, and differs from the built-in facts:');
    expect(stdout).toContain('  kling/v2-1-pro\n    input.camera is new\n');
    expect(stdout).toContain('Kie lists 1 more: someone/new-model');
    expect(stdout).toContain('no price of kling/v2-1-pro: Kie has no price for it');
  });

  it('needs a key that Kie takes', async () => {
    const { code, stderr } = await (await poolOf(401)).run(['models', 'refresh']);
    expect([code, stderr]).toEqual([5, expect.stringMatching(/^kieq: Kie did not give its list of models: .*401/)]);
  });
});
