import { once } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';

import { NO_PROXIES, type Agents } from '@kieq/proxy';
import { describe, expect, it } from 'vitest';

import type { Exchange } from '../../src/exchange.ts';
import { LonePost } from '../../src/lone-post.ts';
import {
  ACCEPTED,
  CERTIFICATE,
  client,
  httpServer,
  json,
  rawServer,
  REQUEST,
  sendOptions,
  signalOf,
} from './servers.ts';

const BODY = JSON.stringify(ACCEPTED);
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;

function post(url: string, agents: Agents, gate: () => string | undefined): Promise<Exchange> {
  const request = { url: new URL(url), headers: {}, body: Buffer.from('{"a":1}'), gate, timeoutMs: 5000 };
  const secureContext = createSecureContext({ ca: CERTIFICATE });
  const limits = { connectTimeoutMs: 5000, maxBodyBytes: 1000, proxies: NO_PROXIES };
  return new LonePost(request, { agents, trust: () => ({ secureContext }), ...limits }).run();
}

/** Agents of Node that show the one connection that they make. */
function watchedAgents(): Agents & { connection: Duplex | undefined } {
  const watched = { http: new HttpAgent(), https: new HttpsAgent(), connection: undefined as Duplex | undefined };
  for (const agent of [watched.http, watched.https]) {
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (...given) => (watched.connection = connect(...given) ?? undefined);
  }
  return watched;
}

/** A connection that is not made yet, whose other end sends bytes even so. */
class ConnectionToBe extends Duplex {
  connecting = true;
  readonly written: Buffer[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written.push(chunk);
    this.emit('written');
    done();
  }

  /** Once the server listens. */
  async says(text: string): Promise<void> {
    if (this.readableFlowing !== true) await once(this, 'resume');
    const heard = once(this, 'data');
    this.push(text);
    await heard;
  }

  isMade(): void {
    this.connecting = false;
    this.emit('connect');
  }
}

describe('the first byte', () => {
  // @guarantee G1
  it.each([false, true])('waits for the gate, and all bytes leave in the turn of its answer (TLS: %s)', async (tls) => {
    const server = await httpServer((response) => json(response, ACCEPTED), tls);
    const agents = watchedAgents();
    const written: number[] = [];
    const note = (): void => void written.push(bytesOf(agents.connection));
    const exchange = await post(server.url, agents, () => {
      note();
      // The first that can run once the gate has answered and its caller has returned.
      queueMicrotask(note);
      return undefined;
    });
    expect(exchange).toMatchObject({ kind: 'answer', status: 200, body: BODY });
    const [before = -1, behind = -1] = written;
    expect(server.seen).toHaveLength(1);
    expect([before, behind]).toEqual([0, bytesOf(agents.connection)]);
    expect(behind).toBeGreaterThan('{"a":1}'.length);
  });

  it('is not written where the gate refuses, whatever it did itself', async () => {
    const { port, sockets } = await rawServer(() => undefined);
    const agents = watchedAgents();
    const exchange = await post(`http://127.0.0.1:${port}/`, agents, () => 'NO');
    expect(exchange).toMatchObject({ kind: 'failure', sent: false, transport: 'NO', latencyMs: 0 });
    expect([sockets.length, bytesOf(agents.connection)]).toEqual([1, 0]);
  });
});

/** Written by our side, buffered or not; of TLS only what is within it. */
function bytesOf(connection: Duplex | undefined): number {
  return connection !== undefined && 'bytesWritten' in connection ? Number(connection.bytesWritten) : -1;
}

describe('what comes before the first byte is no answer', () => {
  // @guarantee G1
  it.each([
    ['a whole answer', ANSWER],
    ['the head of one', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n'],
    ['an interim answer and a head', 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['no HTTP', 'hello?\r\n\r\n'],
    ['an upgrade', 'HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ])('%s: not sent, and the gate is never asked', async (_what, said) => {
    const { connection, exchange, asked } = speaking();
    await connection.says(said);
    connection.isMade();
    expect(await exchange).toMatchObject({ kind: 'failure', sent: false, latencyMs: 0 });
    expect([asked, connection.written, connection.destroyed]).toEqual([[], [], true]);
  });

  it('an interim answer alone changes nothing', async () => {
    const { connection, exchange, asked } = speaking();
    await connection.says('HTTP/1.1 103 Early Hints\r\n\r\n');
    const written = once(connection, 'written');
    connection.isMade();
    await written;
    await connection.says(ANSWER);
    expect(await exchange).toMatchObject({ kind: 'answer', body: BODY });
    expect(asked).toEqual(['gate']);
    expect(Buffer.concat(connection.written).toString()).toMatch(/^POST [^{]+\{"a":1\}$/);
  });

  it('nor is anything written to a connection that ended as it was made', async () => {
    const { connection, exchange, asked } = speaking();
    await once(connection, 'resume');
    connection.isMade();
    connection.destroy();
    expect(await exchange).toMatchObject({ kind: 'failure', sent: false, transport: 'SOCKET_CLOSED' });
    expect([asked, connection.written]).toEqual([[], []]);
  });

  function speaking(): { connection: ConnectionToBe; exchange: Promise<Exchange>; asked: string[] } {
    const connection = new ConnectionToBe();
    const http = new HttpAgent();
    http.createConnection = () => connection;
    const asked: string[] = [];
    const gate = (): undefined => void asked.push('gate');
    return { connection, exchange: post('http://a.example/', { http, https: new HttpsAgent() }, gate), asked };
  }
});

it('on the wire: these headers and no others, in this order, and one body', async () => {
  const bytes = signalOf<string>();
  const { port } = await rawServer((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (!text.endsWith('}}')) return;
      bytes.resolve(text);
      socket.end(ANSWER);
    });
  });
  await client(`http://127.0.0.1:${port}`).createTask(REQUEST, sendOptions());
  const { model, input, callBackUrl } = REQUEST;
  const body = JSON.stringify({ model, callBackUrl, input });
  expect((await bytes.promise).split('\r\n')).toEqual([
    'POST /api/v1/jobs/createTask HTTP/1.1',
    'user-agent: kieq/0.1',
    'authorization: Bearer k3y-0123456789abcdef',
    'accept: application/json',
    'accept-encoding: identity',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `Host: 127.0.0.1:${port}`,
    'Connection: close',
    '',
    body,
  ]);
});
