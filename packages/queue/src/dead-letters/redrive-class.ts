import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetterClass, OrNewer } from '@kieq/domain';
import type { ListCursor } from '@kieq/ledger';
import { redriveOne, type RedriveOptions, type RedriveResult } from './redrive.ts';

export interface RedriveClassOptions extends RedriveOptions {
  /** Per second; the default of 50 limits the load on Redis and the queue. */
  readonly perSecond?: number;
  /** Limit of the run; default: all. Those of other tenants are not counted. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

const PAGE = 50;

/** Resumes all open dead letters of a class, oldest first, at a limited rate, until done or cancelled. */
export async function* redriveClass(
  options: RedriveClassOptions,
  deadLetterClass: OrNewer<DeadLetterClass>,
): AsyncGenerator<RedriveResult> {
  const { signal, perSecond = 50, limit = Number.POSITIVE_INFINITY } = options;
  // A dead letter that opens again during the run is not redriven again.
  const startedAt = await options.ledger.read.now();
  let yielded = 0;
  for await (const { id, at } of deadLettersOf(options, deadLetterClass)) {
    if (yielded >= limit || signal?.aborted === true || at > startedAt) return;
    yielded += 1;
    yield await redriveOne(options, id, deadLetterClass);
    await sleep(1000 / perSecond, undefined, { signal }).catch(() => undefined);
  }
}

/** Pages by cursor, not by offset: what was resumed leaves the list, what stays is passed. */
async function* deadLettersOf(
  { ledger, tenant, signal }: RedriveClassOptions,
  deadLetterClass: OrNewer<DeadLetterClass>,
): AsyncGenerator<{ readonly id: string; readonly at: number }> {
  const filter = {
    class: deadLetterClass,
    oldestFirst: true,
    limit: PAGE,
    ...(tenant === undefined ? {} : { tenant }),
  };
  let cursor: ListCursor | undefined;
  do {
    // Each call reads a bounded number of dead letters in Redis, other tenants' included.
    const page = await ledger.read.listDeadLetters({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined && signal?.aborted !== true);
}
