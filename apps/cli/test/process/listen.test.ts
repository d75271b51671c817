import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { verifyWebhook } from '../../../../packages/client/src/webhook.ts';
import {
  freePort,
  startProcessPool,
  testRequest,
  type ProcessPool,
  type ProcessPoolOptions,
} from '../../../../packages/testkit/src/index.ts';
import { startReceiver } from '../../../../packages/testkit/src/receiver.ts';
import { until } from '../../../../packages/testkit/src/until.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const example = fileURLToPath(new URL('../../../../examples/http/webhook-receiver.mjs', import.meta.url));
const KEYS = { GATEWAY_API_KEYS: 'a-long-key-of-tenant-a-4711:a,a-long-key-of-tenant-b-4711:b' };
const POOL_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let pool: ProcessPool;
let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'kieq-listen-'));
  const env = { KIEQ_TIME_SCALE: '0.05', KIEQ_ALLOW_PRIVATE_URLS: 'true', GATEWAY_WEBHOOK_SECRET: POOL_SECRET };
  const simulator: NonNullable<ProcessPoolOptions['simulator']> = {
    createLatency: { minMs: 1, maxMs: 1 },
    generation: { kind: 'fixed', ms: 50 },
  };
  pool = await startProcessPool({ redisUrl: inject('redisUrl'), name: 'cli-listen', simulator, env });
  await pool.startWorker();
});
afterAll(async () => {
  await pool.stop();
  await rm(data, { recursive: true });
});

/** Without REDIS_URL: a gateway and one of its keys are enough. */
const environment = (gateway: string) => ({
  PATH: process.env['PATH'],
  XDG_DATA_HOME: data,
  GATEWAY_URL: gateway,
  GATEWAY_KEY: 'a-long-key-of-tenant-a-4711',
});

const forwardedLine = z.object({ generation: z.string(), state: z.string(), status: z.number(), tries: z.number() });

/** A running `kieq listen` that is ready. */
async function listen(gateway: string, target: string) {
  const child = spawn(process.execPath, [main, 'listen', '--forward-to', target, '--json'], {
    env: environment(gateway),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: z.infer<typeof forwardedLine>[] = [];
  let stderr = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(forwardedLine.parse(JSON.parse(line))));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const says = (text: string): Promise<unknown> =>
    until(
      async () => stderr,
      (said) => said.includes(text),
    );
  await says('Ready.');
  return {
    lines,
    says,
    forwarded: (id: string) =>
      until(
        async () => lines.find(({ generation }) => generation === id),
        (line) => line !== undefined,
        30_000,
      ),
    async interrupt() {
      child.kill('SIGINT');
      return once(child, 'close');
    },
  };
}

async function enqueued(prompt: string, options: { tenant?: string; callBackUrl?: string } = {}): Promise<string> {
  return (await pool.producer.enqueue(testRequest(prompt), { tenant: 'a', ...options })).id;
}

/** The receiver of the documentation, which checks both signatures; `took` has what it accepted. */
async function receiver(port: number, secret: string) {
  const child = spawn(process.execPath, [example], {
    env: { PORT: String(port), WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  const took: z.infer<typeof takenLine>[] = [];
  lines.on('line', (line) => took.push(takenLine.parse(JSON.parse(line))));
  return {
    took,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}
const takenLine = z.object({ taskId: z.string(), failMsg: z.string().nullable() });

it('forwards every end to the receiver of the documentation, also after that was killed and the gateway, too', async () => {
  pool.simulator.script([
    { on: 'task', when: { prompt: 'fails' }, fault: { kind: 'fail', failMsg: 'Content was flagged' } },
    {
      on: 'createTask',
      when: { prompt: 'dies', times: 'always' },
      fault: { kind: 'code', code: 505, msg: 'Switched off' },
    },
  ]);
  const [port, gatewayPort] = [await freePort(), await freePort()];
  const gateway = await pool.startGateway({ ...KEYS, GATEWAY_PORT: String(gatewayPort) });
  const printed = await promisify(execFile)(process.execPath, [main, 'listen', '--print-secret'], {
    env: environment(gateway.url),
  });
  const secret = printed.stdout.trim();
  const first = await receiver(port, secret);
  const listening = await listen(gateway.url, `localhost:${port}/webhooks/kieq`);
  const others = await enqueued('of another tenant', { tenant: 'b' });
  const succeeds = await enqueued('succeeds');
  expect(await listening.forwarded(succeeds)).toMatchObject({ state: 'succeeded', status: 200, tries: 1 });

  await first.kill();
  const fails = await enqueued('fails');
  await listening.says('cannot be reached (ECONNREFUSED)');
  const second = await receiver(port, secret);
  const failed = await listening.forwarded(fails);
  expect(failed).toMatchObject({ state: 'failed', status: 200 });
  expect(failed?.tries).toBeGreaterThan(1);

  gateway.signal('SIGKILL');
  await listening.says('is away');
  const dies = await enqueued('dies');
  await pool.recordWhen(dies, ({ state }) => state === 'dead');
  await pool.startGateway({ ...KEYS, GATEWAY_PORT: String(gatewayPort) });
  expect(await listening.forwarded(dies)).toMatchObject({ state: 'dead', status: 200 });

  expect(await listening.interrupt()).toEqual([0, null]);
  expect(listening.lines.map(({ generation }) => generation)).toEqual([succeeds, fails, dies]);
  expect((await pool.ledger.read.generation(others))?.state).toBe('succeeded');
  expect(first.took).toEqual([{ taskId: succeeds, failMsg: null }]);
  expect(second.took).toEqual([
    { taskId: fails, failMsg: 'Content was flagged' },
    { taskId: dies, failMsg: expect.stringContaining('Switched off') },
  ]);
});

it('what it forwards is what a worker delivers, and two libraries take it', async () => {
  const gateway = await pool.startGateway(KEYS);
  const [local, real] = [await startReceiver(), await startReceiver()];
  onTestFinished(async () => void (await Promise.all([local.stop(), real.stop()])));
  const listening = await listen(gateway.url, `${local.url}/hook`);
  const id = await enqueued('delivered, too', { callBackUrl: `${real.url}/hook` });
  await listening.forwarded(id);
  await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
  await listening.interrupt();
  const [forwarded, delivered] = [local.received[0], real.received[0]];
  if (forwarded === undefined || delivered === undefined) throw new Error('one of them got nothing');
  expect(forwarded.text).toBe(delivered.text);
  const own = /^(host|webhook-timestamp|webhook-signature|x-webhook-timestamp|x-webhook-signature)$/;
  const shared = (headers: object): unknown[] => Object.entries(headers).filter(([name]) => !own.test(name));
  expect(shared(forwarded.headers)).toEqual(shared(delivered.headers));
  expect(Object.keys(forwarded.headers)).toEqual(Object.keys(delivered.headers));
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'listen', '--print-secret'], {
    env: environment(gateway.url),
  });
  const secret = stdout.trim();
  const headers = Object.fromEntries(Object.entries(forwarded.headers).map(([name, value]) => [name, String(value)]));
  expect(await verifyWebhook(secret, headers, forwarded.text)).toMatchObject({ generation: id, code: 200 });
  expect(new Webhook(secret).verify(forwarded.text, headers)).toMatchObject({ code: 200 });
  await expect(verifyWebhook(POOL_SECRET, headers, forwarded.text)).rejects.toThrow();
});
