import { VERSION } from '@kieq/domain';
import type { Metrics } from '@kieq/telemetry';
import type { PoolStatus } from './status.ts';
import { workersByVersion } from './workforce.ts';

/** Versions are texts that workers write: the metric must not grow without bounds. */
const VERSIONS_AT_MOST = 20;

/** Whether workers run, and whether they are needed. */
export type Manning = Pick<PoolStatus, 'workers' | 'waiting'>;

/**
 * Whether workers run, exported by every process that can read the pool: without workers they cannot export it. NaN
 * while the pool cannot be read, so that the last number does not pass for the current one.
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
      // Also without workers: a missing series does not compare as 0.
      gauge.set({ version: VERSION }, manning === undefined ? Number.NaN : 0);
      if (manning === undefined) return;
      for (const [version, count] of bounded(workersByVersion(manning.workers))) gauge.set({ version }, count);
    },
  });
  metrics.gauge({
    name: 'worker_seen_seconds',
    help: 'Time since a worker last announced itself; 0 while one does, NaN if none ever did',
    async collect(gauge) {
      gauge.set(seenSeconds(await read()));
    },
  });
  metrics.gauge({
    name: 'generations_waiting',
    help: 'Generations that need a worker to go on',
    async collect(gauge) {
      gauge.set((await read())?.waiting ?? Number.NaN);
    },
  });
}

function bounded(counts: ReadonlyMap<string, number>): [string, number][] {
  const all = [...counts];
  const others = all.slice(VERSIONS_AT_MOST).reduce((sum, [, count]) => sum + count, 0);
  const shown = all.slice(0, VERSIONS_AT_MOST);
  return others > 0 ? [...shown, ['other', others]] : shown;
}

function seenSeconds(manning: Manning | undefined): number {
  if (manning === undefined) return Number.NaN;
  const { announced, lastSeenMs, atMs } = manning.workers;
  if (lastSeenMs === null) return Number.NaN;
  return announced.length > 0 ? 0 : Math.max(0, atMs - lastSeenMs) / 1000;
}
