import { createHash } from 'node:crypto';
import { scaleTimings } from '@kieq/domain';
import { createKieClient } from '@kieq/kie';
import { adopt } from '@kieq/queue';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { scriptText } from '../../../ledger/src/scripts.ts';
import {
  startProcessPool,
  startTcpProxy,
  TEST_KEY,
  until,
  type AppProcess,
  type ProcessPool,
  type TcpProxy,
} from '../../src/index.ts';

/** How Redis is asked to admit: by the hash of the script. */
const ADMIT = createHash('sha1').update(scriptText('admit')).digest('hex');

/**
 * Real workers, really killed and frozen. Times: an attempt must be sent within 0.25 s of its admission
 * (5 s × KIEQ_TIME_SCALE), an answer takes at most 1 s, so a lease ends after about 1.5 s.
 */
const ENV = {
  KIEQ_LOCK_MS: '1000',
  KIEQ_TIME_SCALE: '0.05',
  KIEQ_SUBMIT_TIMEOUT_MS: '1000',
  KIEQ_UNKNOWN_WINDOW_MS: '60000',
};

let pool: ProcessPool;
let proxy: TcpProxy;
beforeEach(async () => {
  const redisUrl = inject('redisUrl');
  const target = new URL(redisUrl);
  proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  pool = await startProcessPool({
    redisUrl,
    name: 'kill',
    simulator: { createLatency: { minMs: 1, maxMs: 1 }, generation: { kind: 'fixed', ms: 50 } },
    env: ENV,
  });
});
afterEach(async () => {
  await pool.stop();
  await proxy.close();
});

const viaProxy = (): Record<string, string> => {
  const url = new URL(inject('redisUrl'));
  url.port = String(proxy.port);
  return { REDIS_URL: url.href };
};

function charges(): number {
  return pool.simulator.ledger.tasks().length;
}

describe('kill -9', () => {
  // @guarantee G1
  test('while the POST is open: another worker takes over, unknown when the lease ends, never a second POST', async () => {
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
    const first = await pool.startWorker();
    const [id = ''] = await pool.enqueue(['open post']);
    await pool.simulator.waitUntil(({ held }) => held === 1);
    first.signal('SIGKILL');
    await first.ended;
    await pool.startWorker();

    const record = await pool.recordWhen(id, ({ state }) => state === 'unknown');
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual(['expired']);
    const [attempt] = record.attempts;
    expect(attempt?.answeredAt).toBeGreaterThanOrEqual(attempt?.leaseUntil ?? Infinity);
    // The dead worker's job is taken over and ended as well: nothing is left that could submit.
    await until(
      () => pool.queues.submit.getJobCounts('active', 'prioritized', 'delayed'),
      ({ active, prioritized, delayed }) => active === 0 && prioritized === 0 && delayed === 0,
    );
    expect(pool.simulator.ledger.submissions()).toHaveLength(1);
    expect(charges()).toBe(1);
  });

  // @guarantee G1
  test('between the answer and the save: the same, and the task can be adopted', async () => {
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
    const first = await pool.startWorker(viaProxy());
    const [id = ''] = await pool.enqueue(['unsaved answer']);
    await pool.simulator.waitUntil(({ held }) => held === 1);
    proxy.holdCommands();
    pool.simulator.release();
    await pool.simulator.waitUntil(({ delivered }) => delivered === 1);
    first.signal('SIGKILL');
    await first.ended;
    await pool.startWorker();

    const record = await pool.recordWhen(id, ({ state }) => state === 'unknown');
    expect(record.taskId).toBeUndefined();
    expect(pool.simulator.ledger.submissions()).toHaveLength(1);
    expect(charges()).toBe(1);

    const kie = createKieClient({ apiKey: TEST_KEY, baseUrl: pool.simulator.url });
    const { ledger, queues } = pool;
    const options = { ledger, queues, kie, timings: scaleTimings(0.05), confirm: true, by: 'a test' };
    const taskId = pool.simulator.ledger.tasks()[0]?.taskId ?? '';
    expect(await adopt(options, id, taskId)).toMatchObject({ kind: 'adopted', attempt: 1 });
    await kie.close();
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges()).toBe(1);
  });

  // @guarantee G3
  test('while the task is polled: another worker follows it to its verdict', async () => {
    pool.simulator.configure({ generation: { kind: 'fixed', ms: 2000 } });
    const first = await pool.startWorker();
    const [id = ''] = await pool.enqueue(['polled']);
    await pool.recordWhen(id, ({ polls }) => polls > 0);
    first.signal('SIGKILL');
    await first.ended;
    await pool.startWorker();
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(charges()).toBe(1);
  });
});

describe('a frozen worker', () => {
  // @guarantee G1
  test('before its POST refuses its own attempt; the generation is submitted once, later', async () => {
    const frozen = await pool.startWorker(viaProxy());
    const [id = ''] = await frozenBeforePost(frozen, 'frozen before');
    // Its send deadline passes, its lease does not.
    await until(
      () => pool.ledger.read.generation(id),
      ({ attempts }) => (attempts[0]?.sendBy ?? Infinity) < Date.now(),
    );
    proxy.flow();
    frozen.signal('SIGCONT');

    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.attempts[0]).toMatchObject({ outcome: 'refused', evidence: { transport: 'SEND_DEADLINE' } });
    expect(pool.simulator.ledger.submissions()).toHaveLength(record.attempts.length - 1);
    expect(charges()).toBe(1);
  });

  // @guarantee G1
  test('before its POST and beyond its lease: unknown in the meantime, still never charged twice', async () => {
    const frozen = await pool.startWorker(viaProxy());
    const [id = ''] = await frozenBeforePost(frozen, 'frozen long');
    await pool.startWorker();
    await pool.recordWhen(id, ({ state }) => state === 'unknown');
    expect(charges()).toBe(0);
    proxy.flow();
    frozen.signal('SIGCONT');
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.attempts[0]).toMatchObject({ outcome: 'refused', evidence: { transport: 'SEND_DEADLINE' } });
    expect(charges()).toBe(1);
  });

  // @guarantee G1
  test('after its POST has its late answer accepted', async () => {
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'hold' } }]);
    const frozen = await pool.startWorker();
    const [id = ''] = await pool.enqueue(['frozen after']);
    await pool.simulator.waitUntil(({ held }) => held === 1);
    frozen.signal('SIGSTOP');
    await pool.startWorker();
    await pool.recordWhen(id, ({ state }) => state === 'unknown');
    pool.simulator.release();
    await pool.simulator.waitUntil(({ delivered }) => delivered === 1);
    frozen.signal('SIGCONT');

    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual(['accepted']);
    expect(pool.simulator.ledger.submissions()).toHaveLength(1);
    expect(charges()).toBe(1);
  });

  /** Stops the worker when the ledger has admitted its attempt and before it can know: the answer is held on the way. */
  async function frozenBeforePost(worker: AppProcess, prompt: string): Promise<string[]> {
    // A first generation makes Redis know the scripts, so that the held answer is admit's own.
    const [warm = ''] = await pool.enqueue(['warm up']);
    await pool.recordWhen(warm, ({ state }) => state === 'succeeded');
    pool.simulator.reset();
    proxy.holdAnswersTo(ADMIT);
    const ids = await pool.enqueue([prompt]);
    await pool.recordWhen(ids[0] ?? '', ({ state }) => state === 'submitting');
    worker.signal('SIGSTOP');
    return ids;
  }
});
