import { VERSION } from '@kieq/domain';
import type { Metrics } from '@kieq/telemetry';
import type { PoolStatus } from './status.ts';
import { workersByVersion } from './workforce.ts';

/** Whatever workers call themselves, a metric does not grow without bounds by it. */
const VERSIONS_AT_MOST = 20;

/** What tells whether anybody works on the pool. */
export type Manning = Pick<PoolStatus, 'workers' | 'waiting'>;

/**
 * Whether anybody works on the pool, for every process that can tell: where no worker runs, none can. NaN while the pool
 * cannot be read, for nobody may take the last number for the present one.
 * @param read gives undefined while the pool cannot be read
 */
export function createWorkforceMetrics(metrics: Metrics, read: () => Promise<Manning | undefined>): void {
  metrics.gauge({
    name: 'workers',
    help: 'Workers of the pool by version; earlier: at least one of a version that does not announce itself',
    labels: ['version'],
    async collect(gauge) {
      const manning = await read();
      gauge.reset();
      // Also where there is none: a series that is not there is equal to nothing, not even to 0.
      gauge.set({ version: VERSION }, manning === undefined ? Number.NaN : 0);
      if (manning === undefined) return;
      for (const [version, count] of bounded(workersByVersion(manning.workers))) gauge.set({ version }, count);
    },
  });
  metrics.gauge({
    name: 'worker_seen_seconds',
    help: 'How long ago the last worker was there; NaN: none ever was that says so',
    async collect(gauge) {
      gauge.set(seenSeconds(await read()));
    },
  });
  metrics.gauge({
    name: 'generations_waiting',
    help: 'Generations that go no further without a worker',
    async collect(gauge) {
      gauge.set((await read())?.waiting ?? Number.NaN);
    },
  });
}

function bounded(counts: ReadonlyMap<string, number>): [string, number][] {
  const all = [...counts];
  const others = all.slice(VERSIONS_AT_MOST).reduce((sum, [, count]) => sum + count, 0);
  const told = all.slice(0, VERSIONS_AT_MOST);
  return others > 0 ? [...told, ['other', others]] : told;
}

function seenSeconds(manning: Manning | undefined): number {
  if (manning === undefined) return Number.NaN;
  const { announced, lastSeenMs, atMs } = manning.workers;
  if (lastSeenMs === null) return Number.NaN;
  return announced.length > 0 ? 0 : Math.max(0, atMs - lastSeenMs) / 1000;
}
