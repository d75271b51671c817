import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openQueues } from '@kieq/queue';
import { deadInQueue, failed, generating, paymentUnknown, queued, taskStuck, unknown } from '../generations.ts';
import { testPool, type TestPool } from '../support.ts';

let pool: TestPool;
beforeEach(async () => {
  pool = await testPool('cli-reading');
});
afterEach(() => pool.cleanup());

async function announce(): Promise<void> {
  const worker = { version: '0.3.0', host: 'here', queues: { submit: 20, poll: 5 } };
  await pool.ledger.workers.announce({ id: 'worker-1', worker, lifeMs: 45_000 });
}

describe('status', () => {
  it('tells gates, states, letters, window, counters and settings as JSON', async () => {
    await queued(pool.ledger);
    await deadInQueue(pool.ledger, 'model_unavailable');
    await generating(pool.ledger, 'task-1');
    await pool.ledger.gates.pause('prices');
    const { code, json, stderr } = await pool.run(['status', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(json).toMatchObject({
      pool: pool.redis.prefix,
      binding: 'paused',
      inFlight: 1,
      pausedQueues: [],
      gates: [{ reason: 'paused', mode: 'manual', detail: 'prices', refusals: 0 }],
      states: { queued: 1, generating: 1, dead: 1, failed: 0 },
      deadLetters: { model_unavailable: 1, payment_unknown: 0 },
      window: { entries: 1 },
      stats: { created: 3, admitted: 1 },
      settings: { submitLimit: '20' },
      queues: { submit: {}, poll: {}, 'dead-letter': {} },
    });
  });

  it('tells a person what holds submissions back, also a queue paused in a dashboard', async () => {
    const queues = openQueues(pool.redis.client, pool.redis.prefix);
    await queues.submit.pause();
    await queues.close();
    await pool.ledger.gates.pause('prices');
    const { code, stdout } = await pool.run(['status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/submissions +held back by paused/);
    expect(stdout).toMatch(/paused +\S+ +0 +kieq resume +prices/);
    expect(stdout).toMatch(/paused queues +submit/);
    expect(stdout).toMatch(/window +0 of 20/);
    expect(stdout).toContain('dead letters: none');
  });

  it('says free when nothing does', async () => {
    await announce();
    const { stdout } = await pool.run(['status']);
    expect(stdout).toMatch(/submissions +free/);
    expect(stdout).toMatch(/workers +1 of 0\.3\.0\n/);
    expect(stdout).toMatch(/worker-1 +0\.3\.0 +here +\d+m?s +\d+m?s ago +poll 5, submit 20\n/);
  });

  it('does not say free without a worker, but how many wait, and when a worker was last seen', async () => {
    await queued(pool.ledger);
    const never = await pool.run(['status']);
    expect(never.stdout).toMatch(/submissions +stand still: no worker is running, and 1 generation waits for one\n/);
    expect(never.stdout).toMatch(/workers +none; none was ever seen\n/);
    await queued(pool.ledger);
    await announce();
    await pool.ledger.workers.leave('worker-1');
    const { stdout } = await pool.run(['status']);
    expect(stdout).toMatch(/submissions +stand still: no worker is running, and 2 generations wait for one\n/);
    expect(stdout).toMatch(/workers +none; the last one was seen \d+m?s ago\n/);
    const { json } = await pool.run(['status', '--json']);
    expect(json).toMatchObject({ binding: 'no-worker', waiting: 2, isEmpty: false, workers: { announced: [] } });
    expect((await pool.run(['watch', '--times', '1'])).stdout).toContain('stand still: no worker is running');
  });

  it('does not call workers of an earlier version dead, which only sweep', async () => {
    await pool.ledger.sweep({ worker: 'of-0.2.0', leaseMs: 60_000, limit: 1, vehicleCheckMs: 1 });
    const { stdout } = await pool.run(['status']);
    expect(stdout).toMatch(/submissions +free\n/);
    expect(stdout).toMatch(/workers +at least one of an earlier version, which reports no details\n/);
  });

  it('shows a balance with its age, and one that was not read lately as old', async () => {
    expect((await pool.run(['status'])).stdout).toMatch(/credits +not asked yet\n/);
    await pool.ledger.gates.noteBalance(950);
    expect((await pool.run(['status'])).stdout).toMatch(/credits +950 \(asked \d+m?s ago\)\n/);
    await pool.redis.client.hincrby(`${pool.ledger.root}stats`, 'balanceAt', -7_200_000);
    const { stdout } = await pool.run(['status']);
    expect(stdout).toMatch(/credits +950 \(old: asked 2h.* ago, and not since\)\n/);
    expect(stdout).not.toContain('balanceAt');
    const stats = await pool.run(['stats', '--json']);
    expect(stats.json).toMatchObject({ credits: { balance: 950, isOld: true, hoursLeft: null } });
  });

  it('shows a prefix of which nothing is known as empty, and where a pool is', async () => {
    const prefix = `{kieq-mistyped-${pool.redis.prefix.slice(1)}`;
    const { code, stdout } = await pool.run(['status'], { env: { KIEQ_PREFIX: prefix } });
    expect(code).toBe(0);
    expect(stdout).toContain(`no pool is known under the prefix ${prefix}: nothing was ever configured or enqueued`);
    expect(stdout).toMatch(/submissions +stand still: no worker is running\n/);
    expect((await pool.run(['status', '--json'], { env: { KIEQ_PREFIX: prefix } })).json).toMatchObject({
      isEmpty: true,
    });
  });
});

describe('list', () => {
  it('shows generations of all states, newest first, within the limit', async () => {
    const first = await queued(pool.ledger, { tenant: 'shop' });
    const second = await failed(pool.ledger, 'task-1');
    const { code, json } = await pool.run(['list', '--json']);
    expect(code).toBe(0);
    expect(json).toMatchObject([
      { id: second, state: 'failed', attempts: 1, polls: 1, taskId: 'task-1', deadLetter: 'generation_failed' },
      {
        id: first,
        state: 'queued',
        tenant: 'shop',
        model: 'kling-2.6/image-to-video',
        attempts: 0,
        taskId: null,
        deadLetter: null,
      },
    ]);
    expect((await pool.run(['list', '--limit', '1', '--json'])).json).toHaveLength(1);
  });

  it('filters by state and prints a table', async () => {
    const id = await queued(pool.ledger);
    await unknown(pool.ledger);
    const { stdout } = await pool.run(['list', '--state', 'queued']);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^id +state +model +tenant +attempts +polls +task +age$/);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain(id);
    expect((await pool.run(['list', '--state', 'archiving'])).stdout).toBe('no generations\n');
  });

  it.each([['--state', 'lost'], ['--limit', '0'], ['--limit', '1e3'], ['--wrong']])(
    'refuses %s %s',
    async (...wrong) => {
      const { code, stdout, stderr } = await pool.run(['list', ...wrong]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^error: /);
    },
  );
});

describe('show', () => {
  it('prints why a result is kept that is not as it should be', async () => {
    const id = await generating(pool.ledger, 'task-1');
    const verdict = { state: 'success', resultUrls: ['https://a.example/1.mp4'] } as const;
    const about = { taskId: 'task-1', verdict, evidence: { summary: 'seen' }, archive: 'wait', polled: true } as const;
    await pool.ledger.settle({ id, ...about, vehicleCheckMs: 60_000 });
    const file = { name: 'tenant-a/x.mp4', contentType: 'video/mp4', bytes: 9, sha256: '00', warning: 'it is odd' };
    await pool.ledger.archived(id, { files: [file] });
    expect((await pool.run(['show', id])).stdout).toContain('tenant-a/x.mp4 (9 bytes; kept although it is odd)');
  });

  it.each([
    ['what Kie said of a success without a link', '{"where":"Bearer s3cret"}', '{"where":"Bearer [redacted]"}'],
    ['the beginning of it where it is long', `"${'x'.repeat(2000)}"`, `"${'x'.repeat(999)}…`],
    ['that none received', undefined, 'none received'],
  ])('prints %s', async (_what, resultJson, shown) => {
    const id = await generating(pool.ledger, 'task-1');
    const verdict = { state: 'success', resultUrls: [], ...(resultJson === undefined ? {} : { resultJson }) } as const;
    const evidence = { summary: 'seen' };
    await pool.ledger.settle({
      id,
      taskId: 'task-1',
      verdict,
      evidence,
      archive: 'no',
      polled: true,
      vehicleCheckMs: 60_000,
    });
    const { stdout } = await pool.run(['show', id]);
    expect(stdout.split('\n').find((line) => line.includes('resultJson'))).toMatch(/^ +resultJson +/);
    expect(stdout).toContain(shown);
    expect(stdout).not.toContain('s3cret');
  });

  // @guarantee G7
  it('shows attempts with evidence, the payload, the dead letter and the ways out, but no token', async () => {
    const id = await paymentUnknown(pool.ledger);
    const { code, json, stdout } = await pool.run(['show', id, '--json']);
    expect(code).toBe(0);
    expect(json).toMatchObject({
      id,
      state: 'dead',
      attempts: [
        { n: 1, outcome: 'lost', worker: 'worker-of-the-test', evidence: { summary: 'the connection was cut' } },
      ],
      payload: { request: { model: 'kling-2.6/image-to-video', input: { prompt: 'a slow pan' } } },
      deadLetter: {
        class: 'payment_unknown',
        from: 'unknown',
        evidence: { code: 500 },
        goOn: [
          { command: `kieq adopt ${id} <taskId>` },
          { command: `kieq dlq redrive ${id} --class payment_unknown` },
          { command: `kieq dlq redrive ${id} --class payment_unknown --pay-again` },
          { command: `kieq dlq purge ${id} --yes` },
        ],
      },
    });
    // Scripts read these by their names before 0.3.0.
    expect(json).toMatchObject({ notice: null, hints: 0, letters: 1 });
    expect(stdout).not.toMatch(/token|hash/i);
  });

  it('shows them to a person', async () => {
    const id = await failed(pool.ledger, 'task-1');
    const { code, stdout } = await pool.run(['show', id]);
    expect(code).toBe(0);
    for (const text of [
      'task-1',
      'accepted',
      'Content was flagged as sensitive',
      'generation_failed',
      `kieq dlq redrive ${id} --class generation_failed`,
      'a slow pan',
    ]) {
      expect(stdout).toContain(text);
    }
    expect(stdout).not.toContain('--pay-again');
  });

  it('shows control characters as escapes: they could steer the terminal', async () => {
    await pool.ledger.gates.pause('\u001B[2J\u009Bboo');
    const { stdout } = await pool.run(['status']);
    expect(stdout).toContain(String.raw`\u001b[2J\u009bboo`);
  });

  it('ends with 3 for an unknown id', async () => {
    const { code, json, stderr } = await pool.run(['show', 'gen_0000000000', '--json']);
    expect(code).toBe(3);
    expect(json).toEqual({
      error: { code: 'notFound', exitCode: 3, message: expect.stringContaining('gen_0000000000') },
    });
    expect(stderr).toMatch(/^kieq: there is no generation gen_0000000000 in the pool .*\n$/);
  });
});

describe('dlq ls and show', () => {
  it('lists open letters with what a redrive would do', async () => {
    const stuck = await taskStuck(pool.ledger, 'task-1');
    const off = await deadInQueue(pool.ledger, 'model_unavailable');
    const { code, json } = await pool.run(['dlq', 'ls', '--json']);
    expect(code).toBe(0);
    expect(json).toMatchObject([
      {
        id: off,
        class: 'model_unavailable',
        state: 'dead',
        resumesAt: 'queued',
        payAgainResumesAt: null,
        summary: 'seen in a test: Internal Error (code 500)',
      },
      { id: stuck, class: 'task_stuck', taskId: 'task-1', resumesAt: 'generating', payAgainResumesAt: 'queued' },
    ]);
    expect((await pool.run(['dlq', 'ls', '--class', 'task_stuck', '--json'])).json).toMatchObject([{ id: stuck }]);
  });

  it('prints a table, the advice of each class, and that there are more', async () => {
    await taskStuck(pool.ledger, 'task-1');
    await taskStuck(pool.ledger, 'task-2');
    const { stdout, stderr } = await pool.run(['dlq', 'ls', '--limit', '1']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stderr).toContain('task_stuck: 1 of 2 shown');
    expect(stderr).toContain('redrive polls for another 24 hours');
  });

  it('shows one letter with its ways out', async () => {
    const id = await taskStuck(pool.ledger, 'task-1');
    expect((await pool.run(['dlq', 'show', id, '--json'])).json).toMatchObject({
      id,
      state: 'dead',
      class: 'task_stuck',
      from: 'generating',
    });
    expect((await pool.run(['dlq', 'show', id])).stdout).toContain('MAY PAY A SECOND TIME');
  });

  it('ends with 3 where there is no letter', async () => {
    const { code, stderr } = await pool.run(['dlq', 'show', await queued(pool.ledger)]);
    expect(code).toBe(3);
    expect(stderr).toContain('no open dead letter; its state is queued');
    expect((await pool.run(['dlq', 'ls'])).stdout).toBe('no open dead letters\n');
  });
});
