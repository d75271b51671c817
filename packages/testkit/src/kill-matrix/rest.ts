import { until } from '../until.ts';
import type { Fleet } from './fleet.ts';

const REST_MS = 120_000;
const MOVING = ['queued', 'submitting', 'unknown', 'generating', 'archiving'] as const;

/** Waits until nothing moves any more: every generation has ended or has an open dead letter, every caller is told. */
export async function atRest(fleet: Fleet): Promise<void> {
  const { ledger, redis, queues } = fleet.pool;
  await until(
    async () => {
      const [states, notices, letters, ...counts] = await Promise.all([
        ledger.read.stateCounts(),
        redis.client.zcard(`${ledger.root}notices`),
        redis.client.scard(`${ledger.root}mirror`),
        ...(['submit', 'poll', 'notify'] as const).map((name) =>
          queues[name].getJobCounts('active', 'prioritized', 'wait'),
        ),
      ]);
      const moving = Object.fromEntries(MOVING.map((state) => [state, states[state]]));
      const jobs = counts.flatMap((count) => Object.values(count)).reduce((sum, one) => sum + one, 0);
      return { ...moving, notices, letters, jobs };
    },
    (left) => Object.values(left).every((count) => count === 0),
    REST_MS,
    250,
  );
}
