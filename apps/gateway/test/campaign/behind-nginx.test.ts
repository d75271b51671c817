import { Writable } from 'node:stream';
import { parseEnvironment } from '@kieq/config';
import { createLogger } from '@kieq/telemetry';
import { z } from 'zod';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { documentedLocation, startNginx } from '../../../../packages/testkit/test/support/nginx.ts';
import { KEYS, startGateway, type GatewayFixtureOptions } from '../support.ts';
import { openEvents } from '../v1-event-client.ts';

const { trustedProxies } = parseEnvironment({ TRUSTED_PROXIES: '127.0.0.1' }, ['proxies']);
const headers = { authorization: 'Bearer key-of-a', 'content-type': 'application/json' };

const created = z.object({ id: z.string() });

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'gateway-nginx', workers: 0 });
}, 60_000);
afterAll(() => pool.stop());

/** A gateway behind an nginx that is set up as docs/deployment.md says. */
async function behindNginx(options: Omit<GatewayFixtureOptions, 'pool'>): Promise<string> {
  const gateway = await startGateway({ pool, ...options });
  const nginx = await startNginx(await documentedLocation('/', Number(new URL(gateway.url).port)));
  onTestFinished(() => nginx.stop());
  return nginx.origin;
}

async function create(origin: string, body: unknown): Promise<Response> {
  return fetch(`${origin}/v1/generations`, { method: 'POST', headers, body: JSON.stringify(body) });
}

test('events come through nginx as they happen', async () => {
  const origin = await behindNginx({ keys: KEYS, trustedProxies });
  const { id } = created.parse(await (await create(origin, testRequest('through nginx'))).json());
  const events = await openEvents(`${origin}/v1/generations/${id}/events`, headers);
  onTestFinished(() => events.hangUp());
  await events.when((blocks) => blocks.some(({ data }) => data?.state === 'queued'));
  await pool.ledger.cancel(id);
  await events.when((blocks) => blocks.some(({ data }) => data?.state === 'cancelled'));
  expect(events.states().slice(0, 2)).toEqual(['queued', 'cancelled']);
});

test('without keys a client behind nginx does not count as local', async () => {
  const origin = await behindNginx({ trustedProxies });
  expect((await create(origin, testRequest('a stranger'))).status).toBe(403);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
});

test('the log has the address that nginx saw', async () => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const logger = createLogger({ name: 'gateway', level: 'debug', secrets: [], destination });
  const origin = await behindNginx({ keys: KEYS, trustedProxies, deps: { logger } });
  // All of it is this machine; what the client writes itself is further left.
  await fetch(`${origin}/v1/status`, { headers: { 'x-forwarded-for': '198.51.100.1, nonsense' } });
  expect(
    JSON.parse(lines.find((line) => line.includes('"answered"') && line.includes('/v1/status')) ?? '{}'),
  ).toMatchObject({
    status: 401,
    ip: '127.0.0.1',
  });
});
