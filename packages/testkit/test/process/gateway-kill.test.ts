import { expect, inject, onTestFinished, test } from 'vitest';
import { startProcessPool, startTcpProxy, until } from '../../src/index.ts';
import { createTask } from '../support/callers.ts';

// @guarantee G1
test('kill -9 between accepting and answering: the same key gives the same task, charged once', async () => {
  const target = new URL(inject('redisUrl'));
  const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  onTestFinished(() => proxy.close());
  const pool = await startProcessPool({
    redisUrl: target.href,
    name: 'gateway-kill',
    simulator: { createLatency: { minMs: 1, maxMs: 1 }, generation: { kind: 'fixed', ms: 50 } },
    env: { KIEQ_TIME_SCALE: '0.05' },
  });
  onTestFinished(() => pool.stop());
  const viaProxy = new URL(target);
  viaProxy.port = String(proxy.port);
  const first = await pool.startGateway({ REDIS_URL: viaProxy.href });
  // From now on Redis knows the scripts, so that the held answer is that of the creation itself.
  expect(await createTask(first.url, 'warm up')).toMatchObject({ status: 200 });
  const queued = (count: number): Promise<unknown> =>
    until(
      () => pool.ledger.read.stateCounts(),
      (states) => states.queued === count,
    );
  await queued(1);

  proxy.holdAnswersTo('unanswered');
  const unanswered = createTask(first.url, 'unanswered');
  await queued(2);
  first.signal('SIGKILL');
  expect(await unanswered).toMatchObject({ status: 0 });
  await first.ended;

  const second = await pool.startGateway();
  const newest = await pool.ledger.read.list({ limit: 1 });
  expect(await createTask(second.url, 'unanswered')).toMatchObject({ status: 200, taskId: newest.items[0]?.id });
  await pool.startWorker();
  await until(
    () => pool.ledger.read.stateCounts(),
    ({ succeeded }) => succeeded === 2,
  );
  expect(pool.simulator.ledger.chargesByPrompt()).toEqual(
    new Map([
      ['warm up', 1],
      ['unanswered', 1],
    ]),
  );
});
