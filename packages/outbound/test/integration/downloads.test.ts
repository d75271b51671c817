import { randomBytes } from 'node:crypto';
import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { createOutbound, type Outbound, type OutboundDownload, type OutboundGet } from '../../src/index.ts';
import { CERTIFICATE, expectNoConnections, httpServer, speakingServer } from './servers.ts';

const open = createOutbound({ allowPrivate: true });

function toGet(url: string, over: Partial<OutboundGet> = {}): OutboundGet {
  return { url, headMs: 10_000, stallMs: 10_000, totalMs: 10_000, ...over };
}

/** The whole body, or the transport code of its failure. */
async function bodyOf(download: OutboundDownload): Promise<Buffer | string> {
  if (download.kind !== 'open') throw new Error(`not open: ${JSON.stringify(download)}`);
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of download.body) chunks.push(chunk);
  } catch (error) {
    return error instanceof Error && 'transport' in error ? String(error.transport) : 'not a BodyError';
  }
  return Buffer.concat(chunks);
}

const get = (url: string, over: Partial<OutboundGet> = {}, outbound: Outbound = open): Promise<OutboundDownload> =>
  outbound.get(toGet(url, over));

test('a file arrives unchanged, requested under our name and without an identity', async () => {
  const bytes = randomBytes(3_000_000);
  const server = await httpServer((response) => {
    response.writeHead(200, { 'content-type': 'Video/MP4; charset=x', 'content-length': bytes.length }).end(bytes);
  });
  const download = await get(`http://127.0.0.1:${server.port}/v.mp4?x=1`);
  expect(download).toMatchObject({ kind: 'open', contentType: 'video/mp4', contentLength: bytes.length });
  expect(bytes.equals((await bodyOf(download)) as Buffer)).toBe(true);
  expect(server.seen[0]).toMatchObject({ method: 'GET', url: '/v.mp4?x=1' });
  const { host: _host, connection: _connection, ...headers } = server.seen[0]?.headers ?? {};
  expect(headers).toEqual({ 'user-agent': 'kieq/0.1', accept: '*/*', 'accept-encoding': 'identity' });
  await expectNoConnections(server);
});

test.each([204, 206, 304, 403, 404, 410, 500])('%d is an answer without a body', async (status) => {
  const server = await httpServer((response) => response.writeHead(status, { 'retry-after': '7' }).end());
  expect(await get(`http://127.0.0.1:${server.port}/`)).toEqual({ kind: 'answered', status, retryAfterMs: 7000 });
  await expectNoConnections(server);
});

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])('%d is followed', async (status) => {
    const server = await httpServer((response, { url }) => {
      if (url === '/end') response.end('here');
      else response.writeHead(status, { location: '/end' }).end('a page');
    });
    expect(String(await bodyOf(await get(`http://127.0.0.1:${server.port}/`)))).toBe('here');
    await expectNoConnections(server);
  });

  test('a loop ends, and https is not left', async () => {
    const server = await httpServer((response) => response.writeHead(302, { location: '/' }).end());
    const transport = 'TOO_MANY_REDIRECTS';
    expect(await get(`http://127.0.0.1:${server.port}/`)).toEqual({ kind: 'failed', transport });
    expect(server.seen).toHaveLength(4);
    const location = `http://127.0.0.1:${server.port}/`;
    const secure = await httpServer((response) => response.writeHead(302, { location }).end(), true);
    const lookup = async (): Promise<string[]> => ['127.0.0.1'];
    const outbound = createOutbound({ allowPrivate: true, certificateAuthority: CERTIFICATE }, { lookup });
    const reason = 'redirect target must not leave https';
    expect(await get(`https://secure.example:${secure.port}/`, {}, outbound)).toEqual({ kind: 'refused', reason });
  });

  test.each([
    ['http://127.0.0.1:PORT/', 'must not be a private address'],
    ['http://inside.example:PORT/', 'must not resolve to a private address'],
    ['ftp://outside.example/', 'must be an absolute http or https URL'],
  ])('to %s is not followed', async (location, rule) => {
    const server = await httpServer((response) =>
      response.writeHead(302, { location: location.replace('PORT', String(server.port)) }).end(),
    );
    const lookup = async (name: string): Promise<string[]> => [
      name.startsWith('inside') ? '10.0.0.1' : '93.184.216.34',
    ];
    const outbound = createOutbound({}, { lookup, route: () => '127.0.0.1' });
    const reason = `redirect target ${rule}`;
    expect(await get(`http://outside.example:${server.port}/`, {}, outbound)).toEqual({ kind: 'refused', reason });
    expect(server.seen).toHaveLength(1);
  });
});

describe('a sender that', () => {
  const chunk = Buffer.alloc(100_000);

  test.each<[string, (response: ServerResponse) => void, string]>([
    [
      'cuts',
      (response) => response.writeHead(200, { 'content-length': 999_999 }).write(chunk, () => response.destroy()),
      'ECONNRESET',
    ],
    ['cuts a body of unknown length', (response) => response.write(chunk, () => response.destroy()), 'ECONNRESET'],
    ['falls silent', (response) => void response.write(chunk), 'STALLED'],
  ])('%s has failed', async (_what, send, transport) => {
    const server = await httpServer(send);
    const download = await get(`http://127.0.0.1:${server.port}/`, { stallMs: 200 });
    expect(await bodyOf(download)).toBe(transport);
    await expectNoConnections(server);
  });

  test('trickles has stalled, however often a byte comes', async () => {
    const server = await httpServer((response) => {
      const drip = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const download = await get(`http://127.0.0.1:${server.port}/`, { stallMs: 300 });
    expect(await bodyOf(download)).toBe('STALLED');
  });

  test('sends on and on is out of time', async () => {
    const server = await httpServer((response) => {
      const drip = setInterval(() => response.write(Buffer.alloc(70_000)), 10);
      response.on('close', () => clearInterval(drip));
    });
    const download = await get(`http://127.0.0.1:${server.port}/`, { totalMs: 300 });
    expect(await bodyOf(download)).toBe('ETIMEDOUT');
  });

  test('waits for a slow reader has all the time', async () => {
    const server = await httpServer((response) => response.end(Buffer.alloc(1_000_000)));
    const download = await get(`http://127.0.0.1:${server.port}/`, { stallMs: 250, totalMs: 250 });
    if (download.kind !== 'open') throw new Error('not open');
    let bytes = 0;
    let isFirst = true;
    for await (const piece of download.body) {
      if (isFirst) await sleep(600);
      isFirst = false;
      bytes += piece.byteLength;
    }
    expect(bytes).toBe(1_000_000);
  });

  test.each([
    ['never answers', ''],
    ['never ends its head', 'HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n'],
  ])('%s is out of time before anything is open', async (_what, text) => {
    const server = await speakingServer(text);
    const answer = await get(`http://127.0.0.1:${server.port}/`, { headMs: 300 });
    expect(answer).toEqual({ kind: 'failed', transport: 'ETIMEDOUT' });
    await expectNoConnections(server);
  });
});

test('the reader may leave, close or abort at any time, and nothing is kept', async () => {
  const server = await httpServer((response) => void response.write(Buffer.alloc(300_000)));
  const url = `http://127.0.0.1:${server.port}/`;
  const stop = new AbortController();
  const [left, closed, aborted, late] = await Promise.all(
    Array.from({ length: 4 }, () => get(url, { signal: stop.signal })),
  );
  if (left?.kind !== 'open' || closed?.kind !== 'open') throw new Error('not open');
  for await (const chunk of left.body) if (chunk.byteLength > 0) break;
  closed.close();
  closed.close();
  const reading = bodyOf(aborted ?? left);
  stop.abort();
  expect(await reading).toBe('ABORTED');
  expect(await bodyOf(late ?? left)).toBe('ABORTED');
  expect(await get(url, { signal: stop.signal })).toEqual({ kind: 'failed', transport: 'ABORTED' });
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  await expectNoConnections(server);
});
