import { createLogger, createMetrics, startOpsServer, type Check, type OpsServer } from '@kieq/telemetry';
import { afterEach, beforeEach, expect, test } from 'vitest';

let server: OpsServer;
let health: () => Promise<readonly Check[]>;
let ready: () => Promise<readonly Check[]>;
let log: string;

beforeEach(async () => {
  log = '';
  health = () => Promise.resolve([]);
  ready = () => Promise.resolve([]);
  const metrics = createMetrics();
  metrics.counter({ name: 'things_total', help: 'things' }).inc();
  const destination = { write: (line: string): void => void (log += line) };
  server = await startOpsServer({
    port: 0,
    registry: metrics.registry,
    health: () => health(),
    ready: () => ready(),
    logger: createLogger({ name: 'test', destination }),
    checkTimeoutMs: 50,
  });
});
afterEach(() => server.close());

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${server.url}${path}`);
  return { status: answer.status, body: await answer.json() };
}

test('a free port is chosen and returned', () => {
  expect(server.port).toBeGreaterThan(0);
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
});

test('/metrics answers in Prometheus format', async () => {
  const answer = await fetch(`${server.url}/metrics`);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(await answer.text()).toContain('kieq_things_total 1');
});

test('/healthz and /readyz are separate', async () => {
  ready = () =>
    Promise.resolve([
      { name: 'redis', ok: true },
      { name: 'pool', ok: false, detail: 'another limit' },
    ]);
  expect(await get('/healthz')).toEqual({ status: 200, body: { status: 'ok', checks: [] } });
  expect(await get('/readyz')).toEqual({
    status: 503,
    body: {
      status: 'failing',
      checks: [
        { name: 'redis', ok: true },
        { name: 'pool', ok: false, detail: 'another limit' },
      ],
    },
  });
});

test('a check that hangs fails in time', async () => {
  ready = () => new Promise(() => undefined);
  expect(await get('/readyz')).toMatchObject({
    status: 503,
    body: { checks: [{ name: 'readyz', detail: 'no result within 50 ms' }] },
  });
});

test('a check that throws fails, and its reason goes to the log alone', async () => {
  health = () => {
    throw new Error('redis at secret-place');
  };
  const { status, body } = await get('/healthz');
  expect(status).toBe(503);
  expect(JSON.stringify(body)).not.toContain('secret-place');
  expect(log).toContain('secret-place');
});

test('close hangs up and frees the port', async () => {
  const { url } = server;
  await fetch(`${url}/healthz`);
  await server.close();
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});
