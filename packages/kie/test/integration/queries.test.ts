import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { KieError } from '../../src/errors.ts';
import { API_KEY, client, closedPort, httpServer, json, signalOf } from './servers.ts';

const WAITING = { code: 200, msg: 'success', data: { taskId: 't1', state: 'waiting' } };

function counter() {
  let count = 0;
  const permit = async (): Promise<void> => {
    count += 1;
  };
  return { permit, count: () => count };
}

describe('recordInfo', () => {
  it('asks by GET with the id encoded, and takes one permit', async () => {
    const server = await httpServer((response) =>
      json(response, { ...WAITING, data: { taskId: 'a/b &', state: 'waiting' } }),
    );
    const { permit, count } = counter();
    expect(await client(server.url).recordInfo('a/b &', { permit })).toMatchObject({
      kind: 'running',
      vendorState: 'waiting',
    });
    expect(server.seen).toMatchObject([{ method: 'GET', headers: { authorization: `Bearer ${API_KEY}` } }]);
    expect(new URL(server.seen[0]?.url ?? '', server.url).searchParams.get('taskId')).toBe('a/b &');
    expect(count()).toBe(1);
  });

  // @guarantee G4
  it.each(['cut', 'page'])('tries again after a %s, with a permit for each request', async (kind) => {
    const server = await httpServer((response, _seen, index) => {
      if (index === 2) json(response, WAITING);
      else if (kind === 'cut') response.destroy();
      else response.writeHead(502).end('<html>');
    });
    const { permit, count } = counter();
    expect(await client(server.url).recordInfo('t1', { permit })).toMatchObject({ kind: 'running' });
    expect([server.seen.length, count()]).toEqual([3, 3]);
  });

  // @guarantee G3
  it('is a transient error after two retries, never a verdict', async () => {
    const server = await httpServer((response) => response.writeHead(503).end('<html>'));
    const answer = await client(server.url).recordInfo('t1');
    expect(answer).toMatchObject({ kind: 'trouble', reason: 'transient', evidence: { httpStatus: 503 } });
    expect(server.seen).toHaveLength(3);
  });

  it.each([
    [429, 'slow down', 'rate_limited'],
    [403, '<html>', 'unauthorized'],
    [404, '<html>', 'transient'],
    [302, '', 'transient'],
    [500, '{"code":500,"msg":"Internal Error"}', 'transient'],
  ])('does not repeat HTTP %i %s', async (status, body, reason) => {
    const server = await httpServer((response) => response.writeHead(status, { location: '/x' }).end(body));
    expect(await client(server.url).recordInfo('t1')).toMatchObject({ kind: 'trouble', reason });
    expect(server.seen).toHaveLength(1);
  });

  it('is a transient error when no server listens, and when the body has no end', async () => {
    const refused = await client(`http://127.0.0.1:${await closedPort()}`).recordInfo('t1');
    expect(refused).toMatchObject({ kind: 'trouble', evidence: { transport: 'ECONNREFUSED' } });
    const server = await httpServer((response) => response.end('x'.repeat(2000)));
    const huge = await client(server.url, { maxBodyBytes: 1000 }).recordInfo('t1');
    expect(huge).toMatchObject({ kind: 'trouble', evidence: { transport: 'BODY_TOO_LARGE' } });
    expect(server.seen).toHaveLength(1);
  });

  it('does not repeat a timeout', async () => {
    const server = await httpServer(() => {});
    const answer = await client(server.url, { queryTimeoutMs: 50 }).recordInfo('t1');
    expect(answer).toMatchObject({ kind: 'trouble', evidence: { transport: 'TIMEOUT' } });
    expect(server.seen).toHaveLength(1);
  });

  it('ends as a transient error on abort', async () => {
    const arrived = signalOf();
    const server = await httpServer(() => arrived.resolve());
    const controller = new AbortController();
    const kie = client(server.url);
    const answer = kie.recordInfo('t1', { signal: controller.signal });
    await arrived.promise;
    controller.abort();
    expect(await answer).toMatchObject({ kind: 'trouble', evidence: { transport: 'ABORTED' } });
    expect(await kie.recordInfo('t1', { signal: controller.signal })).toMatchObject({
      evidence: { transport: 'ABORTED' },
    });
    expect(server.seen).toHaveLength(1);
  });

  it('rejects with what its permit rejects with, having sent nothing', async () => {
    const server = await httpServer((response) => json(response, WAITING));
    const refusal = new TypeError('no budget');
    await expect(client(server.url).recordInfo('t1', { permit: () => Promise.reject(refusal) })).rejects.toBe(refusal);
    expect(server.seen).toHaveLength(0);
  });
});

describe('pooled connections', () => {
  it('are used again, and one that the server drops under a query costs a quick retry', async () => {
    const server = await httpServer((response, { socket }, index) =>
      index === 1 ? socket.destroy() : json(response, WAITING),
    );
    const kie = client(server.url);
    expect(await kie.recordInfo('t1')).toMatchObject({ kind: 'running' });
    expect(await kie.recordInfo('t1')).toMatchObject({ kind: 'running' });
    expect(await kie.recordInfo('t1')).toMatchObject({ kind: 'running' });
    expect([server.seen.length, server.sockets.length]).toEqual([4, 2]);
  });

  it('are left alone once the server has closed them', async () => {
    const server = await httpServer((response) => json(response, WAITING));
    const kie = client(server.url);
    await kie.recordInfo('t1');
    const [idle] = server.sockets;
    idle?.end();
    if (idle !== undefined) await once(idle, 'close');
    expect(await kie.recordInfo('t1')).toMatchObject({ kind: 'running' });
    expect([server.seen.length, server.sockets.length]).toEqual([2, 2]);
  });

  it('are closed when idle, and never while one waits for an answer', async () => {
    const server = await httpServer((response) => setTimeout(() => json(response, WAITING), 200));
    const kie = client(server.url, { idleSocketMs: 50 });
    expect(await kie.recordInfo('t1')).toMatchObject({ kind: 'running' });
    const [idle] = server.sockets;
    if (idle !== undefined && !idle.destroyed) await once(idle, 'close');
    expect(await kie.recordInfo('t1')).toMatchObject({ kind: 'running' });
    expect([server.seen.length, server.sockets.length]).toEqual([2, 2]);
  });
});

describe('credits', () => {
  it.each([
    [5916.25, 5916.25],
    [0, 0],
    ['12.5', 12.5],
  ])('reads %o', async (data, expected) => {
    const server = await httpServer((response) => json(response, { code: 200, msg: 'success', data }));
    expect(await client(server.url).credits()).toBe(expected);
    expect(server.seen).toMatchObject([{ method: 'GET', url: '/api/v1/chat/credit' }]);
  });

  it('tries a page again, with a permit for each request', async () => {
    const server = await httpServer((response, _seen, index) =>
      index < 2 ? response.writeHead(502).end('<html>') : json(response, { code: 200, data: 7 }),
    );
    const { permit, count } = counter();
    expect(await client(server.url).credits({ permit })).toBe(7);
    expect(count()).toBe(3);
  });

  it.each([
    [200, { code: 401, msg: `bad key ${API_KEY}` }, 'unauthorized', 1],
    [401, '<html>', 'unauthorized', 1],
    [200, { code: 429 }, 'rate_limited', 1],
    [200, { code: 402 }, 'refused', 1],
    [200, { code: 500 }, 'server_error', 1],
    [404, '<html>', 'refused', 1],
    [302, '', 'unreadable', 1],
    [200, { code: 200, data: null }, 'unreadable', 1],
    [200, { code: 200, data: 'lots' }, 'unreadable', 1],
    [200, { code: 200, data: '9'.repeat(400) }, 'unreadable', 1],
    [503, '<html>', 'server_error', 3],
  ])('throws on HTTP %i %o', async (status, body, code, requests) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const server = await httpServer((response) => response.writeHead(status).end(text));
    const error: unknown = await client(server.url)
      .credits()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KieError);
    expect(error).toMatchObject({ name: 'KieError', code });
    expect(server.seen).toHaveLength(requests);
    if (error instanceof KieError) expect(JSON.stringify([error.message, error.evidence])).not.toContain(API_KEY);
  });
});
