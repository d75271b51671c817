import { once } from 'node:events';
import { createServer as createSecureServer } from 'node:https';
import { createServer, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { buffer, text } from 'node:stream/consumers';
import { createKieClient, type KieClient, type KieClientOptions } from '@kieq/kie';
import { createOutbound } from '@kieq/outbound';
import { onlyProxy, proxiesOf } from '@kieq/proxy';
import { createSimulator } from '@kieq/simulator';
import { openStore } from '@kieq/storage';
import { startTracing } from '@kieq/telemetry';
import { selfSigned, startHttpProxy, startReceiver, type HttpProxy, type HttpProxyOptions } from '@kieq/testkit';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';

const KEY = 'proxy-key-0123456789';
const INPUT = { prompt: 'a', image_urls: ['https://a.example/1.png'], duration: '5', sound: false };
const REQUEST = { model: 'kling-2.6/image-to-video', input: INPUT };
const SEND = { sendDeadline: () => true, timeoutMs: 5000 };
const certificate = selfSigned();

afterEach(() => {
  vi.unstubAllEnvs();
});

async function proxyWith(options: HttpProxyOptions = {}): Promise<HttpProxy> {
  const proxy = await startHttpProxy(options);
  onTestFinished(() => proxy.stop());
  return proxy;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function listening<S extends Server>(server: S): Promise<S> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

function kieThrough(url: string, options: Partial<KieClientOptions>): KieClient {
  const kie = createKieClient({ apiKey: KEY, baseUrl: url, uploadUrl: url, retry: { retries: 0 }, ...options });
  onTestFinished(() => kie.close());
  return kie;
}

/** Kie behind TLS: it answers a POST with a task, and a question with a balance. */
async function secureKie(): Promise<{ readonly url: string; readonly bodies: string[]; readonly server: Server }> {
  const bodies: string[] = [];
  const server = createSecureServer(certificate, (request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      const data = request.method === 'POST' ? { taskId: `t${bodies.length}` } : 42;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 200, msg: '', data }));
    });
  });
  await listening(server);
  return { url: `https://127.0.0.1:${portOf(server)}`, bodies, server };
}

describe('Kie behind a tunnel', () => {
  test('submissions and questions go through it, each submission by a tunnel of its own', async () => {
    const [kie, proxy] = [await secureKie(), await proxyWith()];
    const proxies = onlyProxy(proxy.url.replace('http://', 'http://me:s%40cret@'));
    const client = kieThrough(kie.url, { proxies, certificateAuthority: certificate.cert });
    for (const taskId of ['t1', 't2'])
      expect(await client.createTask(REQUEST, SEND)).toMatchObject({ class: 'accepted', taskId });
    expect([await client.credits(), await client.credits()]).toEqual([42, 42]);
    expect(JSON.parse(kie.bodies[0] ?? '')).toEqual(REQUEST);
    // The questions share a connection that is kept.
    expect(proxy.asked).toEqual(Array.from({ length: 3 }, () => `CONNECT ${new URL(kie.url).host}`));
    expect(new Set(proxy.credentials)).toEqual(new Set([`Basic ${Buffer.from('me:s@cret').toString('base64')}`]));
  });

  test.each([407, 403, 502, 503])('a tunnel refused with %i: certainly not sent', async (refuses) => {
    const [kie, proxy] = [await secureKie(), await proxyWith({ refuses })];
    const client = kieThrough(kie.url, { proxies: onlyProxy(proxy.url), certificateAuthority: certificate.cert });
    const answer = await client.createTask(REQUEST, SEND);
    expect(answer).toMatchObject({ class: 'not_sent', evidence: { transport: `PROXY_${refuses}` } });
    expect(answer.evidence.summary).toContain('the proxy opened no tunnel');
    expect(kie.bodies).toEqual([]);
    await expect(client.credits()).rejects.toMatchObject({ code: 'transport' });
  });

  test('a proxy that says nothing, and one that is not there: not sent, within the time to connect', async () => {
    const silent = await proxyWith({ isSilent: true });
    const client = kieThrough('https://kie.example', { proxies: onlyProxy(silent.url), connectTimeoutMs: 150 });
    expect(await client.createTask(REQUEST, SEND)).toMatchObject({ class: 'not_sent' });
    const gone = await startHttpProxy();
    await gone.stop();
    const other = kieThrough('https://kie.example', { proxies: onlyProxy(gone.url) });
    expect(await other.createTask(REQUEST, SEND)).toMatchObject({
      class: 'not_sent',
      evidence: { transport: 'ECONNREFUSED' },
    });
  });

  test('a submission resumes the TLS session of the one before, in a tunnel of its own', async () => {
    const [kie, proxy] = [await secureKie(), await proxyWith()];
    const resumed: boolean[] = [];
    kie.server.on('secureConnection', (socket: TLSSocket) => resumed.push(socket.isSessionReused()));
    const client = kieThrough(kie.url, { proxies: onlyProxy(proxy.url), certificateAuthority: certificate.cert });
    for (let n = 0; n < 3; n += 1) expect(await client.createTask(REQUEST, SEND)).toMatchObject({ class: 'accepted' });
    expect([proxy.asked.length, resumed]).toEqual([3, [false, true, true]]);
  });

  test('a tunnel that is cut as soon as it is open: certainly not sent, and the send deadline is not asked', async () => {
    const kie = await listening(createServer((socket) => socket.destroy()));
    const proxy = await proxyWith();
    const client = kieThrough(`https://127.0.0.1:${portOf(kie)}`, { proxies: onlyProxy(proxy.url) });
    const asked: string[] = [];
    const sendDeadline = (): boolean => asked.push('asked') > 0;
    expect(await client.createTask(REQUEST, { ...SEND, sendDeadline })).toMatchObject({ class: 'not_sent' });
    expect([proxy.asked.length, asked]).toEqual([1, []]);
  });

  test('a tunnel to a host whose certificate is not trusted: not sent', async () => {
    const [kie, proxy] = [await secureKie(), await proxyWith()];
    const client = kieThrough(kie.url, { proxies: onlyProxy(proxy.url) });
    expect(await client.createTask(REQUEST, SEND)).toMatchObject({ class: 'not_sent' });
    expect(kie.bodies).toEqual([]);
  });
});

test.each(['https://kie.example', 'http://kie.example'])(
  'TLS to a proxy is with the proxy, not with %s',
  async (url) => {
    const names: string[] = [];
    const server = createSecureServer({
      ...certificate,
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    await listening(server);
    const client = kieThrough(url, { proxies: onlyProxy(`https://localhost:${portOf(server)}`) });
    expect(await client.createTask(REQUEST, SEND)).toMatchObject({ class: 'not_sent' });
    expect(names).toEqual(['localhost']);
  },
);

describe('Kie on plain http', () => {
  test('goes through the proxy by its whole address; NO_PROXY and this machine do not', async () => {
    const simulator = createSimulator({ apiKey: KEY });
    await simulator.start();
    onTestFinished(() => simulator.stop());
    const proxy = await proxyWith({ portOf: () => Number(new URL(simulator.url).port) });
    const settings = { httpProxy: proxy.url };
    const client = kieThrough('http://kie.example', { proxies: proxiesOf(settings) });
    expect(await client.createTask(REQUEST, SEND)).toMatchObject({ class: 'accepted' });
    expect(proxy.asked).toEqual(['POST http://kie.example/api/v1/jobs/createTask']);
    const direct = kieThrough(simulator.url, { proxies: proxiesOf(settings) });
    expect(await direct.createTask(REQUEST, SEND)).toMatchObject({ class: 'accepted' });
    const spared = kieThrough('http://kie.invalid', { proxies: proxiesOf({ ...settings, noProxy: '.invalid' }) });
    expect(await spared.createTask(REQUEST, SEND)).toMatchObject({ class: 'not_sent' });
    expect(proxy.asked).toHaveLength(1);
  });

  test.each([401, 403, 407, 429, 502, 503])('a %i of the proxy may hide an answer of Kie: unknown', async (refuses) => {
    const proxy = await proxyWith({ refuses });
    const client = kieThrough('http://kie.example', { proxies: onlyProxy(proxy.url) });
    expect(await client.createTask(REQUEST, SEND)).toMatchObject({ class: 'unknown' });
  });
});

test('S3 and the trace collector are reached through the proxy', async () => {
  const receiver = await startReceiver((response) => response.writeHead(200).end());
  onTestFinished(() => receiver.stop());
  const proxy = await proxyWith({ portOf: () => Number(new URL(receiver.url).port) });
  const proxies = proxiesOf({ httpProxy: proxy.url });
  vi.stubEnv('AWS_ENDPOINT_URL_S3', 'http://s3.example');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const store = openStore({ kind: 's3', bucket: 'a-bucket', prefix: '' }, proxies);
  await store.put('x.txt', Buffer.from('x'), 'text/plain');
  await store.close();
  const tracer = await startTracing({ endpoint: 'http://traces.example', proxies, service: 's', instance: 'i' });
  tracer.of('gen_1', undefined).past('span', { startedMs: Date.now() });
  await tracer.close();
  expect(proxy.asked).toEqual([
    expect.stringContaining('PUT http://s3.example/a-bucket/x.txt'),
    'POST http://traces.example/v1/traces',
  ]);
});

describe('untrusted addresses have a proxy of their own', () => {
  test('callbacks and downloads go through it, by name: it resolves them', async () => {
    const receiver = await startReceiver((response) => response.writeHead(200).end('video'));
    onTestFinished(() => receiver.stop());
    const proxy = await proxyWith({ portOf: () => Number(new URL(receiver.url).port) });
    const outbound = createOutbound({ proxy: proxy.url });
    const post = { url: 'http://caller.example/hook', headers: {}, body: '{}', timeoutMs: 5000 };
    expect(await outbound.post(post)).toEqual({ kind: 'answered', status: 200 });
    const limits = { headMs: 5000, stallMs: 5000, totalMs: 5000 };
    const opened = await outbound.get({ url: 'http://files.example/1.mp4', ...limits });
    if (opened.kind !== 'open') throw new Error(opened.kind);
    expect((await buffer(opened.body)).toString()).toBe('video');
    expect(proxy.asked).toEqual(['POST http://caller.example/hook', 'GET http://files.example/1.mp4']);
  });

  test('what is private by its text alone is refused before the proxy is asked', async () => {
    const proxy = await proxyWith();
    const outbound = createOutbound({ proxy: proxy.url });
    for (const url of ['http://127.0.0.1/', 'http://10.0.0.1/', 'http://localhost/', 'http://metadata.internal/']) {
      const answer = await outbound.post({ url, headers: {}, body: '', timeoutMs: 5000 });
      expect(answer, url).toMatchObject({ kind: 'refused' });
    }
    expect(proxy.asked).toEqual([]);
  });

  test('a tunnel that is refused is no answer of the receiver', async () => {
    const proxy = await proxyWith({ refuses: 403 });
    const outbound = createOutbound({ proxy: proxy.url });
    const answer = await outbound.post({ url: 'https://caller.example/', headers: {}, body: '', timeoutMs: 5000 });
    expect(answer).toEqual({ kind: 'failed', transport: 'PROXY_403' });
  });
});
