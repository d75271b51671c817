import type { GenerationRecord, Ledger } from '@kieq/ledger';
import { z } from 'zod';
import { QUEUE_NAMES, type QueueName, type Queues } from '../jobs/catalogue.ts';

interface Source {
  readonly ledger: Ledger;
  readonly queues: Queues;
}

const withGeneration = z.looseObject({ generation: z.string() });

/**
 * Of each queue, since when the oldest one waits that could run, as epoch ms; null where none does.
 * @param atMs epoch ms by Redis' clock
 */
export async function oldestWaiting(
  source: Source,
  atMs: number,
): Promise<{ name: QueueName; oldestMs: number | null }[]> {
  return Promise.all(
    QUEUE_NAMES.map(async (name) => {
      const since = name === 'submit' ? await oldestQueued(source, atMs) : await firstReady(source, name);
      return { name, oldestMs: since === undefined || since > atMs ? null : since };
    }),
  );
}

/** Generations with a planned start are skipped; at most this many are checked. */
const CHECKED_FIELDS = 20;

/** `submit` is ordered by priority, so the oldest is read from the ledger. */
async function oldestQueued({ ledger }: Source, atMs: number): Promise<number | undefined> {
  const { items } = await ledger.read.listState('queued', { limit: CHECKED_FIELDS, newestFirst: false });
  const records = await ledger.read.generations(items.map(({ id }) => id));
  return records.map((record) => readySince(record, 'submit')).find((since) => since !== undefined && since <= atMs);
}

async function firstReady({ queues, ledger }: Source, name: QueueName): Promise<number | undefined> {
  const [first] = await queues[name].getJobs(['waiting', 'prioritized'], 0, 0, true);
  if (first === undefined) return undefined;
  const data = withGeneration.safeParse(first.data);
  const record = data.success ? await ledger.read.generation(data.data.generation) : undefined;
  return readySince(record, name) ?? first.timestamp;
}

function readySince(record: GenerationRecord | undefined, name: QueueName): number | undefined {
  switch (name) {
    case 'submit':
      return record === undefined ? undefined : Math.max(record.queuedAt ?? 0, record.notBefore ?? 0);
    case 'poll':
      return record?.nextPollAt;
    case 'archive':
      return record?.archiving?.nextAt;
    case 'notify':
      return record?.delivery?.dueAt;
    case 'dead-letter':
      return record?.deadLetter?.openedAt;
    default:
      return name satisfies never;
  }
}
