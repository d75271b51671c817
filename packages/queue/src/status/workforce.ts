import type { AnnouncedWorker, Ledger } from '@kieq/ledger';
import { WORKED_QUEUES, type Queues } from '../jobs/catalogue.ts';

/** The workers of the pool, as far as they are known. */
export interface Workforce {
  /** Workers that announce themselves, by id; at most 500. */
  readonly announced: readonly AnnouncedWorker[];
  /** Workers of an earlier version are active, which do not announce themselves: at least one. */
  readonly hasEarlier: boolean;
  /** When an announced worker was last seen, epoch ms; null: never. */
  readonly lastSeenMs: number | null;
  /** When this was read, epoch ms by Redis' clock. */
  readonly atMs: number;
}

/** How long the traces of an announced worker may look like the work of another one, in ms. */
const TRACES_MS = 60_000;

/**
 * Workers of 0.2.0 do not announce themselves but are recognised by what they do: they hold the sweeper's lease, or
 * renew BullMQ's timers for stalled jobs. So a silent worker does not count as absent.
 */
export async function readWorkforce({ workers, redis }: Ledger, queues: Queues): Promise<Workforce> {
  const timers = WORKED_QUEUES.map((name) => queues[name].toKey('stalled-check'));
  const [{ announced, isOtherSweeping, lastSeenMs, atMs }, going] = await Promise.all([
    workers.seen(),
    redis.exists(...timers),
  ]);
  const isTrace = lastSeenMs !== null && atMs - lastSeenMs < TRACES_MS;
  return { announced, hasEarlier: isOtherSweeping || (going > 0 && !isTrace), lastSeenMs, atMs };
}

/** Whether any worker runs. */
export function isManned({ announced, hasEarlier }: Workforce): boolean {
  return announced.length > 0 || hasEarlier;
}

/** Workers by version, the most first; those without one as `unknown`, those of an earlier one as `earlier`. */
export function workersByVersion({ announced, hasEarlier }: Workforce): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const versions = [...announced.map(({ version }) => version ?? 'unknown'), ...(hasEarlier ? ['earlier'] : [])];
  for (const version of versions) counts.set(version, (counts.get(version) ?? 0) + 1);
  return new Map([...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
