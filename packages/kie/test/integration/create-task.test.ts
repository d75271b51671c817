import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import { describe, expect, it } from 'vitest';

import {
  ACCEPTED,
  API_KEY,
  CERTIFICATE,
  client,
  httpServer,
  json,
  rawServer,
  REQUEST,
  sendOptions,
  signalOf,
} from './servers.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const BODY = JSON.stringify(ACCEPTED);
const RUNNING = { code: 200, msg: 'success', data: { taskId: 't1', state: 'waiting' } };

describe('an accepted task', () => {
  it.each([false, true])('is one complete request with an explicit length (TLS: %s)', async (tls) => {
    const server = await httpServer((response) => json(response, ACCEPTED), tls);
    const sending: number[] = [];
    const answer = await client(server.url, { certificateAuthority: CERTIFICATE }).createTask(
      REQUEST,
      sendOptions({ onSending: () => sending.push(server.seen.length) }),
    );
    expect(answer).toMatchObject({ class: 'accepted', taskId: 't1', answered: true });
    expect(answer.latencyMs).toBeGreaterThan(0);
    expect(sending).toEqual([0]);
    expect(server.seen).toHaveLength(1);
    const [{ method, url, headers, body } = fail()] = server.seen;
    expect([method, url]).toEqual(['POST', '/api/v1/jobs/createTask']);
    expect(JSON.parse(body.toString())).toEqual(REQUEST);
    expect(headers).toMatchObject({
      authorization: `Bearer ${API_KEY}`,
      'content-type': 'application/json',
      'content-length': String(body.length),
      'user-agent': expect.stringContaining('kieq'),
    });
    expect(headers['transfer-encoding']).toBeUndefined();
  });

  it('counts although the answer is cut behind it', async () => {
    const server = await httpServer((response) => {
      response.writeHead(200).write(BODY, () => response.destroy());
    });
    const answer = await client(server.url).createTask(REQUEST, sendOptions());
    expect(answer).toMatchObject({ class: 'accepted', taskId: 't1' });
  });

  it('may have a compressed answer although none was asked for', async () => {
    const { gzipSync } = await import('node:zlib');
    const server = await httpServer((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(BODY)),
    );
    expect(await client(server.url).createTask(REQUEST, sendOptions())).toMatchObject({ class: 'accepted' });
  });

  // @guarantee G1
  it('is sent exactly once each, also many at a time', async () => {
    const server = await httpServer((response, seen) => {
      const taskId = JSON.parse(seen.body.toString()).input.prompt;
      json(response, { ...ACCEPTED, data: { taskId } });
    });
    const kie = client(server.url);
    const prompts = Array.from({ length: 60 }, (_, index) => `p${index}`);
    const answers = await Promise.all(
      prompts.map((prompt) => kie.createTask({ ...REQUEST, input: { prompt } }, sendOptions())),
    );
    expect(answers.map((answer) => answer.taskId)).toEqual(prompts);
    expect(server.seen).toHaveLength(60);
  });
});

describe('an answer that says nothing about the charge is unknown, and nothing is sent again', () => {
  // @guarantee G1
  it.each([301, 302, 303, 307, 308])('HTTP %i is not followed', async (status) => {
    const server = await httpServer((response) => response.writeHead(status, { location: '/elsewhere' }).end());
    const answer = await client(server.url).createTask(REQUEST, sendOptions());
    expect(answer).toMatchObject({ class: 'unknown', answered: true, evidence: { httpStatus: status } });
    expect(server.seen).toHaveLength(1);
  });

  it.each([400, 404, 408, 413, 500, 502, 503, 504, 524])('an HTML page with HTTP %i', async (status) => {
    const server = await httpServer((response) => response.writeHead(status).end('<html>oops</html>'));
    const answer = await client(server.url).createTask(REQUEST, sendOptions());
    expect(answer).toMatchObject({ class: 'unknown', answered: true, evidence: { body: '<html>oops</html>' } });
    expect(server.seen).toHaveLength(1);
  });

  it('a connection cut before the answer', async () => {
    const server = await httpServer((response) => response.destroy());
    const answer = await client(server.url).createTask(REQUEST, sendOptions());
    expect(answer).toMatchObject({ class: 'unknown', answered: false, evidence: { transport: 'ECONNRESET' } });
    expect(server.seen).toHaveLength(1);
  });

  it('a connection ended politely before the answer', async () => {
    const { port } = await rawServer((socket) => socket.once('data', () => socket.end()));
    const answer = await client(`http://127.0.0.1:${port}`).createTask(REQUEST, sendOptions());
    expect(answer).toMatchObject({ class: 'unknown', answered: false });
  });

  it('a body shorter than announced', async () => {
    const { port } = await rawServer((socket) =>
      socket.once('data', () => socket.end(`${HEAD}Content-Length: 500\r\n\r\n{"code":429,"msg"`)),
    );
    const answer = await client(`http://127.0.0.1:${port}`).createTask(REQUEST, sendOptions());
    expect(answer).toMatchObject({ class: 'unknown', answered: true, evidence: { httpStatus: 200 } });
    expect(answer.evidence.body).toContain('429');
  });

  it('an answer that is no HTTP', async () => {
    const { port } = await rawServer((socket) => socket.once('data', () => socket.end('hello?\r\n\r\n')));
    const answer = await client(`http://127.0.0.1:${port}`).createTask(REQUEST, sendOptions());
    expect(answer.class).toBe('unknown');
    expect(answer.evidence.transport).toMatch(/^HPE_/);
  });

  it('an upgrade that was not requested', async () => {
    const { port } = await rawServer((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')),
    );
    const answer = await client(`http://127.0.0.1:${port}`).createTask(REQUEST, sendOptions());
    expect(answer.class).toBe('unknown');
  });

  it('a body beyond the limit', async () => {
    const closed = signalOf();
    const server = await httpServer((response, { socket }) => {
      socket.once('close', () => closed.resolve());
      response.writeHead(200);
      const more = (): boolean => response.write('x'.repeat(65_536), () => !response.destroyed && more());
      more();
    });
    const answer = await client(server.url).createTask(REQUEST, sendOptions());
    expect(answer).toMatchObject({ class: 'unknown', answered: true, evidence: { transport: 'BODY_TOO_LARGE' } });
    expect(answer.evidence.body).toHaveLength(200);
    await closed.promise;
  });

  it('a broken compressed body', async () => {
    const server = await httpServer((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
    );
    expect(await client(server.url).createTask(REQUEST, sendOptions())).toMatchObject({
      class: 'unknown',
      answered: true,
    });
  });
});

describe('a connection of its own', () => {
  // @guarantee G1
  it('150 submissions to a server that drops whatever comes on a used connection: none is unknown', async () => {
    const used = new Set<Socket>();
    const server = await httpServer((response, { method, socket }) => {
      if (used.has(socket)) return socket.destroy();
      used.add(socket);
      return json(response, method === 'POST' ? ACCEPTED : RUNNING);
    });
    const kie = client(server.url);
    const classes: string[] = [];
    for (let round = 0; round < 15; round += 1) {
      const submissions = Array.from({ length: 10 }, () => kie.createTask(REQUEST, sendOptions()));
      // A query that is dropped is asked again, and leaves its connection idle.
      expect(await kie.recordInfo('t1')).toMatchObject({ kind: 'running' });
      for (const { class: found } of await Promise.all(submissions)) classes.push(found);
    }
    expect(classes).toEqual(Array.from({ length: 150 }, () => 'accepted'));
    const posts = server.seen.filter(({ method }) => method === 'POST');
    expect([posts.length, new Set(posts.map(({ socket }) => socket)).size]).toEqual([150, 150]);
  });

  it('is none that a query left, is left to none, and is closed behind the answer', async () => {
    const server = await httpServer((response, { method }) => json(response, method === 'POST' ? ACCEPTED : RUNNING));
    const kie = client(server.url);
    await kie.recordInfo('t1');
    await kie.createTask(REQUEST, sendOptions());
    await kie.recordInfo('t1');
    await kie.createTask(REQUEST, sendOptions());
    const [query = fail(), ...own] = server.sockets;
    expect(server.seen.map(({ socket }) => socket)).toEqual([query, own[0], query, own[1]]);
    for (const socket of own) if (!socket.destroyed) await once(socket, 'close');
    expect(query.destroyed).toBe(false);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('takes the TLS session of the one before (%s)', async (version) => {
    const resumed: boolean[] = [];
    const server = await httpServer(
      (response, { socket }) => {
        resumed.push(socket instanceof TLSSocket && socket.isSessionReused());
        json(response, ACCEPTED);
      },
      { minVersion: version, maxVersion: version },
    );
    const kie = client(server.url, { certificateAuthority: CERTIFICATE });
    for (let n = 0; n < 4; n += 1) {
      expect(await kie.createTask(REQUEST, sendOptions())).toMatchObject({ class: 'accepted' });
    }
    expect([server.sockets.length, resumed]).toEqual([4, [false, true, true, true]]);
  });

  it('costs no latency: that counts from the first byte, since the window learns its margin from it', async () => {
    const server = await httpServer((response) => json(response, ACCEPTED), true);
    const kie = client(server.url, { certificateAuthority: CERTIFICATE });
    for (let n = 0; n < 3; n += 1) {
      let sentAt = 0;
      const answer = await kie.createTask(REQUEST, sendOptions({ onSending: () => (sentAt = performance.now()) }));
      const sinceFirstByte = performance.now() - sentAt;
      expect(answer.latencyMs).toBeGreaterThan(0);
      expect(answer.latencyMs).toBeLessThanOrEqual(sinceFirstByte);
    }
  });

  // @guarantee G1
  it('that is cut under the request makes it unknown', async () => {
    const { port, sockets } = await rawServer((socket) => socket.on('data', () => socket.resetAndDestroy()));
    const answer = await client(`http://127.0.0.1:${port}`).createTask(REQUEST, sendOptions());
    expect(answer).toMatchObject({ class: 'unknown', answered: false });
    expect(sockets).toHaveLength(1);
  });
});

function fail(): never {
  throw new Error('nothing arrived');
}
