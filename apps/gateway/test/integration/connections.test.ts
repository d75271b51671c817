import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createMetrics } from '@kieq/telemetry';
import { fastify, type FastifyInstance } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { watchConnections } from '../../src/connections.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { createGatewayMetrics } from '../../src/metrics.ts';

async function serve(connections: number) {
  const app: FastifyInstance = fastify({ forceCloseConnections: true });
  const metrics = createGatewayMetrics(createMetrics());
  const settings = {
    keys: undefined,
    rateLimitPerMinute: 0,
    allowPrivateUrls: true,
    heartbeatMs: 1,
    limits: { ...DEFAULT_LIMITS, connections },
    takesCallbacks: false,
    keyIdSecret: '',
    uploadQuotaBytes: 0,
  };
  watchConnections(app, { settings, metrics });
  app.get('/', () => 'ok');
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  onTestFinished(() => app.close());
  return { app, metrics, url };
}

async function open(app: FastifyInstance, url: URL): Promise<Socket> {
  const accepted = once(app.server, 'connection');
  const socket = connect(Number(url.port), url.hostname).on('error', () => undefined);
  await accepted;
  onTestFinished(() => void socket.destroy());
  return socket;
}

test('a connection that never sent a request does not delay the end', async () => {
  const { app, url } = await serve(100);
  const socket = await open(app, url);
  expect(await (await fetch(url)).text()).toBe('ok');
  const hungUp = once(socket.resume(), 'close');
  await app.close();
  await hungUp;
});

test('at the limit the oldest connections without a request are closed for the next caller', async () => {
  const { app, url, metrics } = await serve(3);
  const silent = [await open(app, url), await open(app, url), await open(app, url)];
  const gone = silent.map((socket) => once(socket.resume(), 'close'));
  const turnedAway = connect(Number(url.port), url.hostname).resume();
  turnedAway.on('error', () => undefined);
  await once(turnedAway, 'close');
  await Promise.all(gone);
  expect(await (await fetch(url)).text()).toBe('ok');
  const { values } = await metrics.refusals.get();
  expect(values).toEqual([{ labels: { limit: 'connections' }, value: 1 }]);
});
