import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { webhookHeaders } from '../../../../packages/queue/src/deliveries/webhook-headers.ts';
import { startPool, TEST_KEY, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { KEYS, startGateway } from '../support.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const IMAGE_URL = 'https://example.com/cat.jpg';
const SECRET = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
const [{ key: GATEWAY_KEY, tenant }] = KEYS;

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'gateway-examples', webhookSecret: SECRET });
});
afterAll(() => pool.stop());

test('an ordinary client of Kie moves to the gateway by its address and its key', async () => {
  const gateway = await startGateway({ pool, keys: KEYS });
  const run = (KIE_BASE_URL: string, KIE_API_KEY: string): Promise<Ended> =>
    runExample('kie-client', [IMAGE_URL], { KIE_BASE_URL, KIE_API_KEY });
  const [direct, moved] = await Promise.all([run(pool.simulator.url, TEST_KEY), run(gateway.url, GATEWAY_KEY)]);
  const success = /^created (\S+)\nsuccess http\S+\.mp4\n$/;
  expect(direct).toEqual({ code: 0, output: expect.stringMatching(success) });
  expect(moved).toEqual({ code: 0, output: expect.stringMatching(success) });
  expect(success.exec(moved.output)?.[1]).toMatch(/^gen_/);
});

test('create and wait: the events to the end, and the same generation for the same key', async () => {
  const gateway = await startGateway({ pool, keys: KEYS });
  const run = (): Promise<Ended> =>
    runExample('create-and-wait', [IMAGE_URL, 'example-1'], { GATEWAY_URL: gateway.url, GATEWAY_KEY });
  const first = await run();
  expect(first).toEqual({ code: 0, output: expect.stringMatching(/^created gen_\w+\n/) });
  expect(first.output).toMatch(/\n {2}verdict: succeeded\nsucceeded http\S+\.mp4 \n$/);
  const again = await run();
  expect(again.output).toMatch(/^was created before gen_\w+\n {2}now: succeeded\nsucceeded http/);
});

test('upload: the image comes with the request', async () => {
  const gateway = await startGateway({ pool, keys: KEYS });
  const env = { GATEWAY_URL: gateway.url, GATEWAY_KEY };
  const run = (): Promise<Ended> => runExample('upload', ['examples/images/rocket.jpg', 'example-2'], env);
  expect(await run()).toEqual({
    code: 0,
    output: expect.stringMatching(/^created gen_\w+\nsucceeded http\S+\.mp4\n$/),
  });
  expect((await run()).output).toMatch(/^was created before gen_\w+\nsucceeded http/);
});

test('the receiver takes the callback of a generation and prints its content', async () => {
  const gateway = await startGateway({ pool, keys: KEYS });
  const receiver = await startReceiver();
  const body = { model: 'kling-2.6/image-to-video', input: { prompt: 'told', image_urls: [IMAGE_URL], sound: false } };
  const { body: created } = await gateway.ask('/v1/generations', {
    key: GATEWAY_KEY,
    body: { ...body, input: { ...body.input, duration: '5' }, callBackUrl: `${receiver.url}/done` },
  });
  const [line] = await until(
    () => receiver.lines(),
    (lines) => lines.length > 0,
  );
  const record = await pool.recordWhen(created.id, ({ delivery }) => delivery?.state === 'delivered');
  expect(record.tenant).toBe(tenant);
  const urls = record.verdict?.resultUrls;
  expect(JSON.parse(line ?? '')).toMatchObject({ taskId: created.id, state: 'success', urls, failMsg: null });
});

test('the receiver refuses unsigned callbacks, and takes a repetition once', async () => {
  const receiver = await startReceiver();
  const message = (id: string, taskId: string, ageS = 0) => {
    const body = JSON.stringify({ code: 501, data: { taskId, state: 'fail', resultJson: null, failMsg: 'no' } });
    const timestampS = Math.floor(Date.now() / 1000) - ageS;
    return { body, headers: webhookHeaders({ id, taskId, timestampS, body, secret: SECRET }) };
  };
  const send = async (body: string, headers: Record<string, string>): Promise<number> =>
    (await fetch(receiver.url, { method: 'POST', headers, body })).status;
  const one = message('msg_1', 'gen_one');
  const other = message('msg_2', 'gen_other');
  expect(await send(one.body, one.headers)).toBe(200);
  expect(await send(one.body, one.headers)).toBe(200);
  expect(await send(`${one.body} `, one.headers)).toBe(401);
  expect(await send(other.body, one.headers)).toBe(401);
  expect(await send(other.body, {})).toBe(401);
  const kie = { 'x-webhook-signature': one.headers['x-webhook-signature'] ?? '' };
  expect(await send(other.body, { ...other.headers, ...kie })).toBe(401);
  const old = message('msg_3', 'gen_old', 3600);
  expect(await send(old.body, old.headers)).toBe(401);
  expect(await send(other.body, other.headers)).toBe(200);
  const lines = await until(
    () => receiver.lines(),
    ({ length }) => length >= 2,
  );
  expect(lines.map((line) => JSON.parse(line).id)).toEqual(['msg_1', 'msg_2']);
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs an example to its end, as a person would: from the root of the repository. */
async function runExample(
  name: string,
  parameters: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const child = start(name, parameters, { POLL_MS: '50', ...env });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (output += String(chunk)));
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, output };
}

async function startReceiver(): Promise<{ readonly url: string; readonly lines: () => Promise<string[]> }> {
  const child = start('webhook-receiver', [], { WEBHOOK_SECRET: SECRET, PORT: '0' });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout ?? process.stdin });
  output.on('line', (line) => lines.push(line));
  await once(output, 'line');
  const port = /^listening on port (\d+)$/.exec(lines.shift() ?? '')?.[1] ?? '0';
  return { url: `http://127.0.0.1:${port}`, lines: () => Promise.resolve([...lines]) };
}

function start(name: string, parameters: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, [`examples/http/${name}.mjs`, ...parameters], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
