import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { startProcessPool, startTcpProxy, type ProcessPool } from '../../src/index.ts';

let pool: ProcessPool;
beforeEach(async () => {
  pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'shutdown',
    simulator: { createLatency: { minMs: 1, maxMs: 1 }, generation: { kind: 'fixed', ms: 50 } },
    env: { KIEQ_TIME_SCALE: '0.05', KIEQ_SUBMIT_TIMEOUT_MS: '20000' },
  });
});
afterEach(() => pool.stop());

// @guarantee G8
test('SIGTERM lets the running call end, takes nothing new and exits 0', async () => {
  pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
  const worker = await pool.startWorker();
  const [running = ''] = await pool.enqueue(['running']);
  await pool.simulator.waitUntil(({ held }) => held === 1);
  worker.signal('SIGTERM');
  await worker.logged(({ msg }) => msg.startsWith('shutting down'));
  const [later = ''] = await pool.enqueue(['later']);
  pool.simulator.release();

  expect(await worker.ended).toBe(0);
  expect(await pool.ledger.read.generation(running)).toMatchObject({ state: 'generating' });
  expect(await pool.ledger.read.generation(later)).toMatchObject({ state: 'queued' });
  await pool.startWorker();
  await pool.recordWhen(running, ({ state }) => state === 'succeeded');
  await pool.recordWhen(later, ({ state }) => state === 'succeeded');
  expect([...pool.simulator.ledger.chargesByPrompt().values()]).toEqual([1, 1]);
});

// @guarantee G8
test('SIGTERM while Kie hangs: exits within the grace period, the call is recorded as unknown and never doubled', async () => {
  pool.simulator.script([{ on: 'createTask', fault: { kind: 'hangAfter' } }]);
  const worker = await pool.startWorker({ KIEQ_SHUTDOWN_GRACE_MS: '1000' });
  const [id = ''] = await pool.enqueue(['hanging']);
  await pool.simulator.waitForSubmission(({ decision }) => decision === 'created');
  const askedMs = performance.now();
  worker.signal('SIGTERM');

  expect(await worker.ended).toBe(0);
  // Grace, plus what closing connections and ending a process may take.
  expect(performance.now() - askedMs).toBeLessThan(1000 + 2000);
  const record = await pool.ledger.read.generation(id);
  expect(record).toMatchObject({
    state: 'unknown',
    attempts: [{ outcome: 'lost', evidence: { transport: 'ABORTED' } }],
  });
  // The next worker takes what comes, and leaves the lost one alone.
  await pool.startWorker();
  const [next = ''] = await pool.enqueue(['after it']);
  await pool.recordWhen(next, ({ state }) => state === 'succeeded');
  expect(await pool.ledger.read.generation(id)).toMatchObject({ state: 'unknown', attempts: [{ outcome: 'lost' }] });
  expect(pool.simulator.ledger.submissions().map(({ prompt }) => prompt)).toEqual(['hanging', 'after it']);
});

// @guarantee G8
test('SIGTERM while Redis is away: the log keeps the taskId and says how to adopt it', async () => {
  const target = new URL(inject('redisUrl'));
  const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  try {
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
    const viaProxy = new URL(target);
    viaProxy.port = String(proxy.port);
    const worker = await pool.startWorker({ REDIS_URL: viaProxy.href, KIEQ_SHUTDOWN_GRACE_MS: '1000' });
    const [id = ''] = await pool.enqueue(['unsaved']);
    await pool.simulator.waitUntil(({ held }) => held === 1);
    proxy.holdCommands();
    pool.simulator.release();
    await worker.logged(({ msg }) => msg === 'Kie accepted');
    worker.signal('SIGTERM');

    expect(await worker.ended).toBe(0);
    const taskId = pool.simulator.ledger.tasks()[0]?.taskId ?? '';
    expect(worker.output()).toContain(`kieq adopt ${id} ${taskId}`);
  } finally {
    await proxy.close();
  }
});
