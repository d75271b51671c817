import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetterClass } from '@kieq/domain';
import { isForeign, redriveOne, type RedriveOptions, type RedriveResult } from './redrive.ts';

export interface RedriveClassOptions extends RedriveOptions {
  /** Per second; the default of 50 spares Redis and the queue. */
  readonly perSecond?: number;
  /** At most so many; all by default. Those of other tenants are not counted. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

const PAGE = 50;

/** Resumes all open dead letters of a class, oldest first, at a limited rate, until done or cancelled. */
export async function* redriveClass(
  options: RedriveClassOptions,
  letterClass: DeadLetterClass,
): AsyncGenerator<RedriveResult> {
  const { signal, perSecond = 50, limit = Number.POSITIVE_INFINITY } = options;
  const { read } = options.ledger;
  let yielded = 0;
  let stuck = 0;
  // A letter that dies again during the run is not redriven again.
  const startedAt = await read.now();
  const isOver = (): boolean => yielded >= limit || (signal?.aborted ?? false);
  while (!isOver()) {
    const { items } = await read.listLetters(letterClass, { offset: stuck, limit: PAGE });
    if (items.length === 0) return;
    const foreign = await foreignIds(options, items);
    for (const { id, at } of items) {
      if (isOver() || at > startedAt) return;
      const result = foreign.has(id) ? undefined : await redriveOne(options, id, letterClass);
      // What was resumed has left the list; what stays is skipped by the next page.
      if (result?.kind !== 'resumed') stuck += 1;
      if (result === undefined) continue;
      yielded += 1;
      yield result;
      await sleep(1000 / perSecond, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function foreignIds(options: RedriveOptions, items: readonly { readonly id: string }[]): Promise<Set<string>> {
  if (options.tenant === undefined) return new Set();
  const records = await options.ledger.read.generations(items.map(({ id }) => id));
  return new Set(records.flatMap((record) => (record !== undefined && isForeign(options, record) ? [record.id] : [])));
}
