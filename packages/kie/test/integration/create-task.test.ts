import { once } from 'node:events';

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

  it('an upgrade that nobody asked for', async () => {
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

describe('keep-alive', () => {
  it('reuses a connection; one that is cut under a request makes it unknown', async () => {
    let requests = 0;
    const { port, sockets } = await rawServer((socket) =>
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write(`${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`);
        else socket.resetAndDestroy();
      }),
    );
    const kie = client(`http://127.0.0.1:${port}`);
    expect(await kie.createTask(REQUEST, sendOptions())).toMatchObject({ class: 'accepted' });
    const second = await kie.createTask(REQUEST, sendOptions());
    expect(second).toMatchObject({ class: 'unknown', answered: false });
    expect([requests, sockets.length]).toEqual([2, 1]);
  });

  it('asks the deadline on a reused connection as well', async () => {
    const server = await httpServer((response) => json(response, ACCEPTED));
    const kie = client(server.url);
    await kie.createTask(REQUEST, sendOptions());
    const late = await kie.createTask(REQUEST, sendOptions({ sendDeadline: () => false }));
    expect(late).toMatchObject({ class: 'not_sent', evidence: { transport: 'SEND_DEADLINE' } });
    expect([server.seen.length, server.sockets.length]).toEqual([1, 1]);
  });

  it('takes a fresh connection after the server closed the idle one', async () => {
    const server = await httpServer((response) => json(response, ACCEPTED));
    const kie = client(server.url);
    await kie.createTask(REQUEST, sendOptions());
    const [idle = fail()] = server.sockets;
    idle.end();
    await once(idle, 'close');
    expect(await kie.createTask(REQUEST, sendOptions())).toMatchObject({ class: 'accepted' });
    expect(server.sockets).toHaveLength(2);
  });

  it('closes idle connections, and never one that waits for an answer', async () => {
    const server = await httpServer((response) => setTimeout(() => json(response, ACCEPTED), 200));
    const kie = client(server.url, { idleSocketMs: 50 });
    expect(await kie.createTask(REQUEST, sendOptions())).toMatchObject({ class: 'accepted' });
    const [idle = fail()] = server.sockets;
    if (!idle.destroyed) await once(idle, 'close');
    expect(await kie.createTask(REQUEST, sendOptions())).toMatchObject({ class: 'accepted' });
    expect(server.sockets).toHaveLength(2);
  });
});

function fail(): never {
  throw new Error('nothing arrived');
}
