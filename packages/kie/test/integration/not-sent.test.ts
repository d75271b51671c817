import { once } from 'node:events';
import type { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { resolveOptions } from '../../src/options.ts';
import { createTransport } from '../../src/transport.ts';
import {
  ACCEPTED,
  API_KEY,
  CERTIFICATE,
  client,
  closedPort,
  httpServer,
  json,
  rawServer,
  REQUEST,
  sendOptions,
  signalOf,
} from './servers.ts';

/** A TCP server that only collects what it is sent. */
async function silentServer() {
  const bytes: Buffer[] = [];
  const connected = signalOf<Socket>();
  const { port } = await rawServer((socket) => {
    socket.on('data', (chunk) => bytes.push(chunk));
    connected.resolve(socket);
  });
  return { port, bytes, connected: connected.promise };
}

/** Options that fail the test when the first byte is released. */
function neverSending(over: Parameters<typeof sendOptions>[0] = {}) {
  const sending: string[] = [];
  return { sending, options: sendOptions({ onSending: () => sending.push('sending'), ...over }) };
}

it('an answer that comes before the first byte of a body is none, also where the call may be repeated', async () => {
  const { port } = await rawServer((socket) => {
    const body = JSON.stringify(ACCEPTED);
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
  const transport = createTransport(resolveOptions({ apiKey: API_KEY }));
  const waiting = signalOf();
  const exchange = await transport.exchange({
    url: new URL(`http://127.0.0.1:${port}/`),
    body: {
      bytes: 1,
      async *chunks() {
        await waiting.promise;
        yield Buffer.from('x');
      },
    },
    timeoutMs: 5000,
  });
  waiting.resolve();
  expect(exchange).toMatchObject({ kind: 'failure', sent: false, transport: 'ANSWERED_UNASKED' });
  await transport.close();
});

describe('no connection', () => {
  it('refused', async () => {
    const { sending, options } = neverSending();
    const answer = await client(`http://127.0.0.1:${await closedPort()}`).createTask(REQUEST, options);
    expect(answer).toMatchObject({
      class: 'not_sent',
      latencyMs: 0,
      answered: false,
      evidence: { transport: 'ECONNREFUSED' },
    });
    expect(sending).toEqual([]);
  });

  it('no such name', async () => {
    const { sending, options } = neverSending();
    const answer = await client('http://kieq-test.invalid').createTask(REQUEST, options);
    expect(answer.class).toBe('not_sent');
    expect(answer.evidence.transport).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    expect(sending).toEqual([]);
  });

  it('a certificate that is not trusted', async () => {
    const server = await httpServer((response) => json(response, ACCEPTED), true);
    const { sending, options } = neverSending();
    const answer = await client(server.url).createTask(REQUEST, options);
    expect(answer).toMatchObject({ class: 'not_sent', evidence: { transport: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    expect([sending, server.seen]).toEqual([[], []]);
  });

  it('a certificate for another name', async () => {
    const server = await httpServer((response) => json(response, ACCEPTED), true);
    const url = server.url.replace('127.0.0.1', 'localhost');
    const { sending, options } = neverSending();
    const answer = await client(url, { certificateAuthority: CERTIFICATE }).createTask(REQUEST, options);
    expect(answer).toMatchObject({ class: 'not_sent', evidence: { transport: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
    expect([sending, server.seen]).toEqual([[], []]);
  });

  it('a server that speaks no TLS', async () => {
    const { port } = await rawServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n')));
    const { sending, options } = neverSending();
    expect(await client(`https://127.0.0.1:${port}`).createTask(REQUEST, options)).toMatchObject({ class: 'not_sent' });
    expect(sending).toEqual([]);
  });

  it('a connection cut in the TLS handshake', async () => {
    const { port } = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const { sending, options } = neverSending();
    expect(await client(`https://127.0.0.1:${port}`).createTask(REQUEST, options)).toMatchObject({ class: 'not_sent' });
    expect(sending).toEqual([]);
  });

  it('a TLS handshake that never ends is cut by the connect timeout', async () => {
    const server = await silentServer();
    const { sending, options } = neverSending();
    const kie = client(`https://127.0.0.1:${server.port}`, { connectTimeoutMs: 100 });
    const answer = await kie.createTask(REQUEST, options);
    expect(answer).toMatchObject({ class: 'not_sent', evidence: { transport: 'CONNECT_TIMEOUT' } });
    expect(Buffer.concat(server.bytes).includes('createTask')).toBe(false);
    expect(sending).toEqual([]);
  });
});

describe('the send deadline', () => {
  // @guarantee G1
  it('is asked once, on the connected socket; if it has passed, the server sees no byte', async () => {
    const server = await silentServer();
    const asked: boolean[] = [];
    const connections: Socket[] = [];
    void server.connected.then((socket) => connections.push(socket));
    const { sending, options } = neverSending({
      sendDeadline: () => {
        asked.push(false);
        return false;
      },
    });
    const answer = await client(`http://127.0.0.1:${server.port}`).createTask(REQUEST, options);
    expect(answer).toMatchObject({ class: 'not_sent', latencyMs: 0, evidence: { transport: 'SEND_DEADLINE' } });
    const socket = await server.connected;
    if (!socket.destroyed) await once(socket, 'close');
    expect(Buffer.concat(server.bytes)).toHaveLength(0);
    expect([asked, sending]).toEqual([[false], []]);
  });

  it('is asked after the TLS handshake', async () => {
    const server = await httpServer((response) => json(response, ACCEPTED), true);
    let connections = -1;
    const { options } = neverSending({
      sendDeadline: () => {
        connections = server.sockets.length;
        return false;
      },
    });
    const answer = await client(server.url, { certificateAuthority: CERTIFICATE }).createTask(REQUEST, options);
    expect(answer).toMatchObject({ class: 'not_sent', evidence: { transport: 'SEND_DEADLINE' } });
    const [socket] = server.sockets;
    if (socket !== undefined && !socket.destroyed) await once(socket, 'close');
    expect([connections, server.seen]).toEqual([1, []]);
  });

  it('is not asked before there is a connection', async () => {
    let asked = 0;
    const sendDeadline = (): boolean => (asked += 1) > 0;
    await client(`http://127.0.0.1:${await closedPort()}`).createTask(REQUEST, sendOptions({ sendDeadline }));
    expect(asked).toBe(0);
  });

  it.each(['sendDeadline', 'onSending'] as const)('nothing is sent when %s throws', async (name) => {
    const server = await silentServer();
    const options = sendOptions({
      [name]: () => {
        throw new Error('bug');
      },
    });
    const answer = await client(`http://127.0.0.1:${server.port}`).createTask(REQUEST, options);
    expect(answer).toMatchObject({ class: 'not_sent', evidence: { transport: 'SEND_REFUSED' } });
    const socket = await server.connected;
    if (!socket.destroyed) await once(socket, 'close');
    expect(Buffer.concat(server.bytes)).toHaveLength(0);
  });
});

describe('abort', () => {
  it('before the call', async () => {
    const server = await silentServer();
    const { sending, options } = neverSending({ signal: AbortSignal.abort() });
    const answer = await client(`http://127.0.0.1:${server.port}`).createTask(REQUEST, options);
    expect(answer).toMatchObject({ class: 'not_sent', evidence: { transport: 'ABORTED' } });
    expect(sending).toEqual([]);
  });

  it('while connecting', async () => {
    const server = await silentServer();
    const controller = new AbortController();
    const { sending, options } = neverSending({ signal: controller.signal });
    const answer = client(`https://127.0.0.1:${server.port}`).createTask(REQUEST, options);
    await server.connected;
    controller.abort();
    expect(await answer).toMatchObject({ class: 'not_sent', latencyMs: 0, evidence: { transport: 'ABORTED' } });
    expect(sending).toEqual([]);
  });

  it('in the deadline check itself', async () => {
    const server = await silentServer();
    const controller = new AbortController();
    const sendDeadline = (): boolean => {
      controller.abort();
      return true;
    };
    const options = sendOptions({ signal: controller.signal, sendDeadline });
    const answer = await client(`http://127.0.0.1:${server.port}`).createTask(REQUEST, options);
    expect(answer).toMatchObject({ class: 'not_sent', evidence: { transport: 'ABORTED' } });
    const socket = await server.connected;
    if (!socket.destroyed) await once(socket, 'close');
    expect(Buffer.concat(server.bytes)).toHaveLength(0);
  });

  it('after the request was sent', async () => {
    const arrived = signalOf();
    const server = await httpServer(() => arrived.resolve());
    const controller = new AbortController();
    const answer = client(server.url).createTask(REQUEST, sendOptions({ signal: controller.signal }));
    await arrived.promise;
    controller.abort();
    expect(await answer).toMatchObject({ class: 'unknown', answered: false, evidence: { transport: 'ABORTED' } });
    expect((await answer).latencyMs).toBeGreaterThan(0);
  });
});

describe('a request that cannot be sent at all', () => {
  it('is not sent', async () => {
    const kie = client(`http://127.0.0.1:${await closedPort()}`);
    const answer = await kie.createTask({ model: 'm', input: { big: 1n } }, sendOptions());
    expect(answer).toMatchObject({ class: 'not_sent', evidence: { transport: 'UNSERIALISABLE' } });
  });
});

describe('close', () => {
  // @guarantee G8
  it('waits for the running call, and refuses new ones unsent', async () => {
    const arrived = signalOf();
    const release = signalOf();
    const server = await httpServer((response) => {
      arrived.resolve();
      void release.promise.then(() => json(response, ACCEPTED));
    });
    const kie = client(server.url);
    const running = kie.createTask(REQUEST, sendOptions());
    await arrived.promise;
    const closing = kie.close();
    expect(await kie.createTask(REQUEST, sendOptions())).toMatchObject({
      class: 'not_sent',
      evidence: { transport: 'CLIENT_CLOSED' },
    });
    await expect(kie.credits()).rejects.toMatchObject({ code: 'closed' });
    release.resolve();
    expect(await running).toMatchObject({ class: 'accepted' });
    await closing;
    const [socket] = server.sockets;
    if (socket !== undefined && !socket.destroyed) await once(socket, 'close');
  });
});
