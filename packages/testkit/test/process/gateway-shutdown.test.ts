import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, inject, onTestFinished, test } from 'vitest';
import { followGeneration, startProcessPool, testRequest, until } from '../../src/index.ts';
import { startCallers, stateOf } from '../support/callers.ts';

const STREAMS = 20;
const HALF = 'sent in two halves';

// @guarantee G8
test('SIGTERM under load: running requests finish, event streams end, exit 0, nothing acknowledged is lost', async () => {
  const pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'gateway-shutdown',
    simulator: { rateLimit: null, createLatency: { minMs: 1, maxMs: 5 }, generation: { kind: 'fixed', ms: 50 } },
    env: {
      KIEQ_TIME_SCALE: '0.05',
      KIEQ_SUBMIT_LIMIT: '100',
      KIEQ_SUBMIT_WINDOW_MS: '500',
      KIEQ_POLL_LIMIT_PER_SECOND: '500',
    },
  });
  onTestFinished(() => pool.stop());
  const gateway = await pool.startGateway({ KIEQ_SHUTDOWN_GRACE_MS: '5000' });
  const [running = ''] = await pool.enqueue(['followed']);
  const followers = await Promise.all(Array.from({ length: STREAMS }, () => followGeneration(gateway.url, running)));
  expect(followers.map(({ status }) => status)).toEqual(followers.map(() => 200));
  const callers = startCallers(gateway.url, 4);
  const half = await halfARequest(gateway.url);
  await until(
    () => callers.acknowledged().size,
    (size) => size >= 20,
  );

  gateway.signal('SIGTERM');
  await Promise.all(followers.map(({ ended }) => ended));
  for (const { events } of followers) expect(events.map(({ event }) => event)).toEqual(['state']);
  // It takes no connections any more, and still answers the request that it has half of.
  await until(
    () => callers.answers.at(-1)?.status,
    (status) => status === 0,
  );
  expect(await half.finish()).toMatch(/^HTTP\/1.1 200 [\s\S]*"taskId"/);
  expect(await gateway.ended).toBe(0);
  expect(gateway.output()).not.toContain('the grace period is over');
  await callers.stop();

  expect(callers.answers.filter(({ status }) => status !== 200 && status !== 0)).toEqual([]);
  const [next] = await Promise.all([pool.startGateway(), pool.startWorker()]);
  const acknowledged = callers.acknowledged();
  for (const taskId of acknowledged.values()) {
    await until(
      () => stateOf(next.url, taskId),
      (state) => state === 'success',
    );
  }
  // Every request that was let in got its response: nothing was made without one.
  const prompts = [...acknowledged.keys(), 'followed', HALF];
  await until(
    () => pool.ledger.read.stateCounts(),
    ({ queued, submitting, generating }) => queued + submitting + generating === 0,
  );
  expect(pool.simulator.ledger.chargesByPrompt()).toEqual(new Map(prompts.map((prompt) => [prompt, 1])));
});

/** A create call of which everything but the last byte has been sent. */
async function halfARequest(gatewayUrl: string): Promise<{ finish(): Promise<string> }> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(gatewayUrl).port) });
  await once(socket, 'connect');
  const body = JSON.stringify(testRequest(HALF));
  const head = ['POST /api/v1/jobs/createTask HTTP/1.1', 'Host: localhost', `Content-Length: ${body.length}`];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, -1)}`);
  return {
    finish: () => {
      socket.write(body.slice(-1));
      return text(socket);
    },
  };
}
