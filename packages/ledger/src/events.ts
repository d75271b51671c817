import type { Redis, Cluster } from 'ioredis';
import { z } from 'zod';

/** One change of a generation, or of a gate when `generation` is empty (then `state` is the gate's reason). */
export interface LedgerEvent {
  /** Position in the stream; resume after it. */
  readonly id: string;
  readonly generation: string;
  readonly state: string;
  readonly event: string;
  readonly tenant: string;
}

const streamReply = z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.array(z.string())]))])).nullable();

/**
 * Reads the events of all generations after `after`, blocking up to `blockMs`.
 * The stream keeps about the last 10 000 events: a reader that falls behind further misses some
 * and must read the state itself, so always subscribe first and check the state afterwards.
 * @param redis a connection of its own: XREAD blocks it
 * @param after a stream id, `$` for only new ones
 */
export async function readEvents(
  redis: Redis | Cluster,
  root: string,
  after: string,
  blockMs: number,
): Promise<LedgerEvent[]> {
  const reply = await redis.xread('COUNT', 500, 'BLOCK', blockMs, 'STREAMS', `${root}events`, after);
  const streams = streamReply.parse(reply);
  return (streams?.[0]?.[1] ?? []).map(([id, flat]) => toEvent(id, flat));
}

/** The id of the newest event, to subscribe from before checking a state. */
export async function lastEventId(redis: Redis | Cluster, root: string): Promise<string> {
  const newest = await redis.xrevrange(`${root}events`, '+', '-', 'COUNT', 1);
  return newest[0]?.[0] ?? '0-0';
}

function toEvent(id: string, flat: readonly string[]): LedgerEvent {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i] ?? '', flat[i + 1] ?? '');
  const field = (name: string): string => fields.get(name) ?? '';
  return { id, generation: field('generation'), state: field('state'), event: field('event'), tenant: field('tenant') };
}

/**
 * The next events of all generations after `after`, without waiting for any.
 * @param after a stream id that a reader saw last
 * @param count at most this many
 */
export async function eventsAfter(
  redis: Redis | Cluster,
  root: string,
  after: string,
  count: number,
): Promise<LedgerEvent[]> {
  const page = await redis.xrange(`${root}events`, `(${after}`, '+', 'COUNT', count);
  return page.map(([id, flat]) => toEvent(id, flat));
}

/** The id of the oldest event that the pool still has. */
export async function firstEventId(redis: Redis | Cluster, root: string): Promise<string | undefined> {
  return (await redis.xrange(`${root}events`, '-', '+', 'COUNT', 1))[0]?.[0];
}

/** Events read by one command when a reader resumes. */
const RESUME_PAGE = 1000;

/**
 * What happened to one generation after `after`, up to the newest event, as far as the stream still has it.
 * @param after a stream id that a reader saw last
 */
export async function eventsSince(
  redis: Redis | Cluster,
  root: string,
  after: string,
  generation: string,
): Promise<LedgerEvent[]> {
  const found: LedgerEvent[] = [];
  for (let from = after; ;) {
    const page = await eventsAfter(redis, root, from, RESUME_PAGE);
    found.push(...page.filter((event) => event.generation === generation));
    const last = page.at(-1);
    if (last === undefined || page.length < RESUME_PAGE) return found;
    from = last.id;
  }
}

/** Whether the stream id `one` comes after `other`; ids are `<ms>-<n>`. */
export function isLater(one: string, other: string): boolean {
  const [ms = 0, n = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherN = 0] = other.split('-').map(Number);
  return ms > otherMs || (ms === otherMs && n > otherN);
}
