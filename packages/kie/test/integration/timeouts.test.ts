import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { expect, it, onTestFinished } from 'vitest';

import { client, httpServer, REQUEST, sendOptions } from './servers.ts';

// @guarantee G1
it('no answer in time is unknown', async () => {
  const server = await httpServer(() => {});
  const answer = await client(server.url).createTask(REQUEST, sendOptions({ timeoutMs: 100 }));
  expect(answer).toMatchObject({ class: 'unknown', answered: false, evidence: { transport: 'TIMEOUT' } });
  expect(answer.latencyMs).toBeGreaterThanOrEqual(99);
});

it('a body that trickles is cut by the same timeout', async () => {
  const server = await httpServer((response) => {
    response.writeHead(200).write('{"code":200,');
    const timer = setInterval(() => response.write(' '), 10);
    response.once('close', () => clearInterval(timer));
  });
  const kie = client(server.url, { queryTimeoutMs: 150 });
  const answer = await kie.createTask(REQUEST, sendOptions({ timeoutMs: 150 }));
  expect(answer).toMatchObject({
    class: 'unknown',
    answered: true,
    evidence: { transport: 'TIMEOUT', httpStatus: 200 },
  });
  expect(await kie.recordInfo('t1')).toMatchObject({ kind: 'trouble', reason: 'transient' });
  expect(server.seen).toHaveLength(2);
});

/** A vendor in a thread of its own, so that it answers while this one is frozen. */
const VENDOR = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"code":200,"data":{"taskId":"t1"}}'));
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

it('a frozen process reads the answer that came meanwhile before it gives up', async () => {
  const worker = new Worker(VENDOR, { eval: true });
  onTestFinished(async () => {
    await worker.terminate();
  });
  const [port]: unknown[] = await once(worker, 'message');
  const freeze = (): void => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  };
  const answer = await client(`http://127.0.0.1:${String(port)}`).createTask(
    REQUEST,
    sendOptions({ timeoutMs: 100, onSending: () => setImmediate(freeze) }),
  );
  expect(answer).toMatchObject({ class: 'accepted', taskId: 't1' });
});
