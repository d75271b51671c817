import { z } from 'zod';
import type { AnnounceReply } from './replies.ts';
import type { ScriptArgs } from './contract/index.ts';
import type { ScriptRunner } from './scripts.ts';

/** An announced worker. A field that a newer version writes differently is null; the worker still counts. */
export interface AnnouncedWorker {
  readonly id: string;
  readonly version: string | null;
  readonly host: string | null;
  /** Its start, epoch ms. */
  readonly sinceMs: number | null;
  /** Its last announcement, epoch ms. */
  readonly seenMs: number | null;
  readonly queues: Readonly<Record<string, number>> | null;
}

/** The workers of the pool. All times are Redis time. */
export interface SeenWorkers {
  readonly atMs: number;
  /** In the order of their ids; at most 500. */
  readonly announced: readonly AnnouncedWorker[];
  /** A worker that does not announce itself, as those of 0.2.0 do not, has swept within the last seconds. */
  readonly isOtherSweeping: boolean;
  /** When a worker last announced itself; null: never. */
  readonly lastSeenMs: number | null;
}

/** Texts of other processes appear on terminals and as labels of metrics: short, and of plain characters. */
const plain = z.string().regex(/^[\w.:+-]{1,128}$/);
const entrySchema = z.object({
  since: z.number().nullable().catch(null),
  at: z.number().nullable().catch(null),
  worker: z
    .object({
      version: plain.nullable().catch(null),
      host: plain.nullable().catch(null),
      queues: z
        .record(plain, z.number())
        .refine((queues) => Object.keys(queues).length <= 20)
        .nullable()
        .catch(null),
    })
    .catch({ version: null, host: null, queues: null }),
});

/** Workers announce themselves, so that an empty pool does not look healthy (docs/decisions/0024). */
export function createWorkers(scripts: ScriptRunner) {
  return {
    /** Announces this worker. `full`: there are too many to list this one. */
    announce: (args: ScriptArgs['announce']): Promise<AnnounceReply> => scripts.run('announce', args),
    /** This worker has stopped, and gives up the sweeper's lease. */
    async leave(id: string): Promise<void> {
      await scripts.run('leave', { id });
    },
    async seen(): Promise<SeenWorkers> {
      const { at, seenAt, unannounced, workers } = await scripts.run('workers', {});
      const announced = workers.map(({ id, told }) => shown(id, told));
      return {
        atMs: at,
        announced: announced.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        isOtherSweeping: unannounced,
        lastSeenMs: seenAt ?? null,
      };
    },
  };
}
export type Workers = ReturnType<typeof createWorkers>;

function shown(id: string, told: string | undefined): AnnouncedWorker {
  const entry = entrySchema.safeParse(jsonOf(told)).data;
  const { version = null, host = null, queues = null } = entry?.worker ?? {};
  const times = { sinceMs: entry?.since ?? null, seenMs: entry?.at ?? null };
  return { id, version, host, ...times, queues: queues === null ? null : ordered(queues) };
}

/** Lua writes the fields of an object in any order, and a page must not change for that. */
function ordered(queues: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(queues).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
