import type { Socket } from 'node:net';
import { once } from 'node:events';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { ACCEPTED, client, rawServer, REQUEST, sendOptions } from './servers.ts';

const TASK = JSON.stringify(ACCEPTED);
const REFUSAL = JSON.stringify({ code: 429, msg: 'slow down' });

function answer(body: string | Buffer, ...headers: readonly string[]): Buffer {
  const head = ['HTTP/1.1 200 OK', ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

function chunk(body: string): string {
  return `${body.length.toString(16)}\r\n${body}\r\n`;
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** What becomes of a submission whose answer is these bytes and the end of the connection. */
async function submitted(bytes: Buffer | string, end: (socket: Socket) => unknown = (socket) => socket.end()) {
  const { port, sockets } = await rawServer((socket) =>
    socket.once('data', () => socket.write(bytes, () => end(socket))),
  );
  const found = await client(`http://127.0.0.1:${port}`).createTask(REQUEST, sendOptions());
  expect(sockets).toHaveLength(1);
  return found;
}

describe('interim answers', () => {
  it.each([
    ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['103', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
    ['102, five hundred times', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(500)],
  ])('%s: the answer behind them counts', async (_what, interim) => {
    expect(await submitted(Buffer.concat([Buffer.from(interim), answer(REFUSAL)]))).toMatchObject({
      class: 'rate_limited',
      evidence: { httpStatus: 200, code: 429 },
    });
  });

  it('alone are no answer', async () => {
    expect(await submitted('HTTP/1.1 100 Continue\r\n\r\n')).toMatchObject({ class: 'unknown', answered: false });
  });
});

it('an upgrade that was not requested is reported as one', async () => {
  const found = await submitted('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
  expect(found).toMatchObject({ class: 'unknown', answered: false, evidence: { transport: 'UNEXPECTED_UPGRADE' } });
});

describe('no whole head', () => {
  it.each([
    ['half a head and a polite end', 'HTTP/1.1 200 OK\r\nContent-Le', /^ECONNRESET$/],
    ['two lengths', `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n${REFUSAL}`, /^HPE_/],
    ['a length and chunks', `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`, /^HPE_/],
    ['a header of 100 kB', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\n\r\n${REFUSAL}`, /^HPE_HEADER_OVERFLOW$/],
    ['3000 headers', `HTTP/1.1 200 OK\r\n${'some-name: b\r\n'.repeat(3000)}\r\n${REFUSAL}`, /^HPE_HEADER_OVERFLOW$/],
    ['a header that is none', `HTTP/1.1 200 OK\r\nX Y: z\r\n\r\n${REFUSAL}`, /^HPE_/],
    ['bare line feeds', `HTTP/1.1 200 OK\nContent-Length: 3\n\nabc`, /^HPE_/],
    ['a folded header', `HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n${REFUSAL}`, /^HPE_/],
    ['a status of four digits', `HTTP/1.1 2000 OK\r\n\r\n${REFUSAL}`, /^HPE_/],
    ['another protocol', 'SSH-2.0-OpenSSH_9\r\n', /^HPE_/],
  ])('%s: unknown', async (_what, bytes, transport) => {
    const found = await submitted(bytes);
    expect(found).toMatchObject({ class: 'unknown', answered: false });
    expect(found.evidence.transport).toMatch(transport);
  });

  it('half a head and a reset: unknown', async () => {
    const found = await submitted('HTTP/1.1 200 OK\r\nContent-Le', (socket) => socket.resetAndDestroy());
    expect(found).toMatchObject({ class: 'unknown', answered: false, evidence: { transport: 'ECONNRESET' } });
  });

  it('headers by the thousand that fit are an answer', async () => {
    expect(await submitted(answer(REFUSAL, ...Array.from({ length: 1900 }, (_, n) => `${n}:`)))).toMatchObject({
      class: 'rate_limited',
    });
  });
});

/** A body that is incomplete, or has bytes after it. It contains `said`, which is read. */
const BROKEN: readonly [string, (said: string) => Buffer | string][] = [
  ['shorter than announced', (said) => `HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n${said}`],
  ['longer than announced', (said) => Buffer.concat([answer(said), Buffer.from('xxx')])],
  [
    'longer than announced, with an end',
    (said) => Buffer.concat([answer(said, 'Connection: close'), Buffer.from('x')]),
  ],
  ['with a second answer', (said) => Buffer.concat([answer(said, 'Connection: close'), answer(REFUSAL)])],
  ['without its last chunk', (said) => CHUNKED + chunk(said)],
  ['with a chunk that is none', (said) => `${CHUNKED + chunk(said)}zz\r\n`],
  ['gzip, cut', (said) => coded('gzip', gzipSync(said), 10)],
  ['gzip without its end', (said) => coded('gzip', gzipSync(said).subarray(0, -8))],
  ['br without its end', (said) => coded('br', brotliCompressSync(said).subarray(0, -1))],
  ['too long', (said) => answer(said + ' '.repeat(1_048_576))],
  ['too long, of a few bytes', (said) => coded('gzip', gzipSync(said + ' '.repeat(5_000_000)))],
];

function coded(coding: string, body: Buffer, missing = 0): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${body.length + missing}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

describe.each(BROKEN)('a body %s', (_what, broken) => {
  // @guarantee G1
  it('that refuses is unknown', async () => {
    const found = await submitted(broken(REFUSAL));
    expect(found).toMatchObject({ class: 'unknown', answered: true, evidence: { httpStatus: 200, code: 429 } });
    expect(found.evidence.transport).toMatch(/^(ECONNRESET|HPE_[A-Z_]+|Z_BUF_ERROR|BODY_TOO_LARGE)$/);
  });

  it('that names a task is an acceptance', async () => {
    expect(await submitted(broken(TASK))).toMatchObject({ class: 'accepted', taskId: 't1', answered: true });
  });
});

describe('a body in a coding that was not requested', () => {
  it.each([
    ['gzip', gzipSync(REFUSAL)],
    ['GZip', gzipSync(REFUSAL)],
    ['gzip', deflateSync(REFUSAL)],
    ['deflate', deflateSync(REFUSAL)],
    ['deflate', deflateRawSync(REFUSAL)],
    ['deflate', gzipSync(REFUSAL)],
    ['br', brotliCompressSync(REFUSAL)],
    ['unheard-of', Buffer.from(REFUSAL)],
  ])('%s is read (%#)', async (coding, body) => {
    expect(await submitted(coded(coding, body))).toMatchObject({ class: 'rate_limited', evidence: { code: 429 } });
  });

  it.each([
    ['gzip', Buffer.from(REFUSAL), /^Z_DATA_ERROR$/],
    ['deflate', Buffer.from(REFUSAL), /^Z_/],
    ['br', Buffer.from(REFUSAL), /^ERR_/],
    ['gzip', Buffer.concat([gzipSync(REFUSAL), Buffer.from('garbage')]), /^Z_DATA_ERROR$/],
  ])('%s that is none: unknown (%#)', async (coding, body, transport) => {
    const found = await submitted(coded(coding, body));
    expect(found).toMatchObject({ class: 'unknown', answered: true });
    expect(found.evidence.transport).toMatch(transport);
  });

  it('none at all says what its status says', async () => {
    const empty = 'HTTP/1.1 429 Slow\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n';
    expect(await submitted(empty)).toMatchObject({ class: 'rate_limited' });
  });
});

it('of two answers on a connection that stays open the first one counts', async () => {
  const found = await submitted(Buffer.concat([answer(TASK), answer(REFUSAL)]), () => undefined);
  expect(found).toMatchObject({ class: 'accepted', taskId: 't1' });
});

it('a character in two packets is one character', async () => {
  const body = Buffer.from('{"code":422,"msg":"ä🐈"}');
  const { port } = await rawServer((socket) =>
    socket.once('data', () => {
      socket.setNoDelay(true);
      socket.write(answer(body).subarray(0, -4), () => setImmediate(() => socket.end(body.subarray(-4))));
    }),
  );
  const found = await client(`http://127.0.0.1:${port}`).createTask(REQUEST, sendOptions());
  expect(found).toMatchObject({ class: 'invalid_request', evidence: { msg: 'ä🐈' } });
});

it('an answer that comes before the body was read counts, and the rest is not sent', async () => {
  let bytes = 0;
  const { port, sockets } = await rawServer((socket) => {
    socket.on('data', (data) => (bytes += data.length));
    socket.once('data', () => {
      socket.pause();
      socket.write(answer(REFUSAL));
    });
  });
  const prompt = 'x'.repeat(30_000_000);
  const found = await client(`http://127.0.0.1:${port}`).createTask({ model: 'm', input: { prompt } }, sendOptions());
  expect(found).toMatchObject({ class: 'rate_limited' });
  const [socket] = sockets;
  if (socket === undefined) throw new Error('no connection');
  const closed = once(socket, 'close');
  socket.resume();
  await closed;
  expect(bytes).toBeLessThan(prompt.length);
});

it('a connection that the vendor keeps open is closed behind the answer', async () => {
  const { port, sockets } = await rawServer((socket) =>
    socket.once('data', () => socket.write(answer(TASK, 'Connection: keep-alive', 'Keep-Alive: timeout=600'))),
  );
  expect(await client(`http://127.0.0.1:${port}`).createTask(REQUEST, sendOptions())).toMatchObject({
    class: 'accepted',
  });
  const [socket] = sockets;
  if (socket !== undefined && !socket.destroyed) await once(socket, 'close');
  expect(sockets).toHaveLength(1);
});
