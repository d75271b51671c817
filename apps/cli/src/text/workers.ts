import { isManned, workersByVersion, type PoolStatus, type Workforce } from '@kieq/queue';
import type { Paint } from './paint.ts';
import { headedTable } from './table.ts';
import { duration } from './time.ts';

type Manning = Pick<PoolStatus, 'workers' | 'waiting'>;

/** How many workers run, and of which versions; or that none runs. */
export function workersLine({ workers, waiting }: Manning, paint: Paint): string {
  if (!isManned(workers)) return (waiting > 0 ? paint.bad : paint.warn)(`none; ${lastSeen(workers)}`);
  const known = workers.announced.length;
  if (known === 0) return `at least one of an earlier version, which reports no details`;
  const versions = [...workersByVersion(workers)].map(([version, count]) => `${count} of ${version}`);
  return workers.hasEarlier ? `${known} and at least one more (${versions.join(', ')})` : versions.join(', ');
}

/** What it means that no worker runs. */
export function missingWorkersText({ waiting }: Pick<PoolStatus, 'waiting'>): string {
  if (waiting === 0) return 'no worker is running';
  return waiting === 1
    ? 'no worker is running, and 1 generation waits for one'
    : `no worker is running, and ${waiting} generations wait for one`;
}

export function lastSeen({ lastSeenMs, atMs }: Workforce): string {
  return lastSeenMs === null
    ? 'none was ever seen'
    : `the last one was seen ${duration(Math.max(0, atMs - lastSeenMs))} ago`;
}

/** Each worker that announces itself; unknown fields of a newer version are left out. */
export function workersTable({ announced, atMs }: Workforce, paint: Paint): string {
  if (announced.length === 0) return '';
  const age = (at: number | null): string => (at === null ? '?' : duration(Math.max(0, atMs - at)));
  const rows = announced.map(({ id, version, host, sinceMs, seenMs, queues }) => [
    id,
    version ?? '?',
    host ?? '?',
    age(sinceMs),
    seenMs === null ? '?' : `${age(seenMs)} ago`,
    queues === null
      ? '?'
      : Object.entries(queues)
          .map(([name, jobs]) => `${name} ${jobs}`)
          .join(', '),
  ]);
  return headedTable(['worker', 'version', 'host', 'runs for', 'seen', 'jobs at once'], rows, { paint, indent: '  ' });
}
