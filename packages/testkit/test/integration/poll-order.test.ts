import { POLL_CLASSES, pollRank, SCHEDULE } from '@kieq/domain';
import { expect, test } from 'vitest';
import { runningTask, until } from '../../src/index.ts';
import { one, openPool } from './support.ts';

const classes = Object.values(POLL_CLASSES);

test('every poll has its rank before it waits: the first one, and each after a poll that found the task running', async (context) => {
  const pool = await openPool(context, 'ranked', {
    simulator: { generation: { kind: 'fixed', ms: 3_600_000 } },
    schedule: { ...SCHEDULE, minSpacingMs: 50, priorMedianMs: 200 },
  });
  const id = await one(pool, 'ranked');
  const vehicle = (await pool.recordWhen(id, ({ state }) => state === 'generating')).vehicle;
  for (const polls of [0, 2]) {
    const ranks = async () => {
      const [job, record] = await Promise.all([pool.queues.poll.getJob(vehicle), pool.ledger.read.generation(id)]);
      const due = record?.nextPollAt ?? 0;
      return {
        polls: record?.polls ?? 0,
        rank: job?.priority,
        known: classes.map((ofClass) => pollRank(due, ofClass)),
      };
    };
    const seen = await until(
      ranks,
      (now) => now.polls >= polls && now.rank !== undefined && now.known.includes(now.rank),
    );
    expect(seen.rank).toBeGreaterThan(0);
  }
});

test('a poll that has waited for too long goes before all newer ones, whatever its rank', async (context) => {
  const pool = await openPool(context, 'advanced', { workers: 0, timings: { vehicleCheckMs: 100, sweepMs: 20 } });
  const { id, taskId } = await runningTask(pool);
  const looked = { pollDelayMs: 0, missingWindowMs: 1000, vehicleCheckMs: 100, pauseMs: 60_000 };
  await pool.ledger.observe({ id, taskId, seen: 'running', ...looked });
  const record = await pool.ledger.read.generation(id);
  const job = await pool.queues.poll.getJob(record?.vehicle ?? '');
  await job?.promote();
  await job?.changePriority({ priority: 2_000_000 });
  expect(await job?.getState()).toBe('prioritized');
  await pool.addWorker();
  expect(
    await until(
      async () => job?.getState(),
      (state) => state === 'waiting',
    ),
  ).toBe('waiting');
});
