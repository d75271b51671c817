import {
  GENERATION_STATES,
  POOL_SETTING_DEFAULTS,
  type DeadLetterClass,
  type GenerationState,
  type OrNewer,
} from '@kieq/domain';
import type { Cluster, Redis } from 'ioredis';
import { createDurationReads } from './durations.ts';
import { createVerdictReads } from './verdicts.ts';
import { deadLetterClasses } from './dead-letter-classes.ts';
import {
  listGenerations,
  readDeadLetters,
  type GenerationListOptions,
  type DeadLetterListOptions,
  type DeadLetterPage,
  type ListPage,
} from './list.ts';
import { parseRecord, type GenerationRecord } from './record.ts';
import type { ScriptRunner } from './scripts.ts';

/** A page of generation ids with their time in the state; `next` continues, absent at the end. */
export interface Page {
  readonly items: readonly { readonly id: string; readonly at: number }[];
  readonly next?: number;
}

/** Open dead letters per class. */
export type DeadLetterCounts = Readonly<Record<OrNewer<DeadLetterClass>, number>>;

/** Reading never changes anything and never decides about money. */
export function createReads(redis: Redis | Cluster, root: string, scripts: ScriptRunner) {
  const sizeOf = (kind: string, name: string): Promise<number> => redis.zcard(`${root}${kind}:${name}`);
  const page = async (index: string, offset: number, limit: number, newestFirst: boolean): Promise<Page> => {
    const last = offset + limit - 1;
    const range = newestFirst
      ? await redis.zrevrange(index, offset, last, 'WITHSCORES')
      : await redis.zrangebyscore(index, '-inf', '+inf', 'WITHSCORES', 'LIMIT', offset, limit);
    const items: { id: string; at: number }[] = [];
    for (let i = 0; i + 1 < range.length; i += 2) items.push({ id: range[i] ?? '', at: Number(range[i + 1]) });
    return items.length === limit ? { items, next: offset + limit } : { items };
  };
  const now = async (): Promise<number> => {
    const [seconds, micros] = await redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  };
  return {
    /** Epoch ms in Redis time, the time of every record. */
    now,
    async generation(id: string): Promise<GenerationRecord | undefined> {
      return parseRecord(id, await redis.hgetall(`${root}gen:${id}`));
    },
    /** The request that is frozen in it, as JSON text; undefined where it was purged. */
    payload: async (id: string): Promise<string | undefined> =>
      (await redis.hget(`${root}gen:${id}`, 'payload')) || undefined,
    /** Callbacks of Kie that have come for it. */
    callbacksSeen: async (id: string): Promise<number> => Number((await redis.hget(`${root}gen:${id}`, 'hints')) ?? 0),
    /** `<generation>:<attempt>` to which a task is bound, or undefined. */
    async taskOwner(taskId: string): Promise<string | undefined> {
      return (await redis.get(`${root}task:${taskId}`)) ?? undefined;
    },
    /** Generations per state; purged ones are not counted. */
    stateCounts: (): Promise<Record<GenerationState, number>> =>
      countEach(GENERATION_STATES, (state) => sizeOf('state', state)),
    /** How many entered a state between two moments, both inclusive, and are still there. */
    enteredBetween: (state: GenerationState, fromMs: number, toMs: number): Promise<number> =>
      redis.zcount(`${root}state:${state}`, fromMs, toMs),
    /** Every class that this version knows, and those of which a newer one has opened dead letters here, at most 20. */
    deadLetterClasses: (): Promise<OrNewer<DeadLetterClass>[]> => deadLetterClasses(redis, root),
    /** Open dead letters of each of these classes. */
    deadLetterCounts: async (): Promise<DeadLetterCounts> =>
      countEach(await deadLetterClasses(redis, root), (deadLetterClass) => sizeOf('letters', deadLetterClass)),
    listState: (state: GenerationState, options: { offset?: number; limit?: number; newestFirst?: boolean } = {}) =>
      page(`${root}state:${state}`, options.offset ?? 0, options.limit ?? 50, options.newestFirst ?? true),
    readDeadLetters: (deadLetterClass: OrNewer<DeadLetterClass>, options: { offset?: number; limit?: number } = {}) =>
      page(`${root}letters:${deadLetterClass}`, options.offset ?? 0, options.limit ?? 50, false),
    /** Generations by creation, newest first. */
    list: (options: GenerationListOptions): Promise<ListPage> => listGenerations(scripts, redis, root, options),
    /** Open dead letters. */
    listDeadLetters: (options: DeadLetterListOptions): Promise<DeadLetterPage> =>
      readDeadLetters(scripts, redis, root, options),
    /** Several records at once, in the order of the ids. */
    async generations(ids: readonly string[]): Promise<(GenerationRecord | undefined)[]> {
      return Promise.all(ids.map((id) => redis.hgetall(`${root}gen:${id}`).then((hash) => parseRecord(id, hash))));
    },
    /** Counters over the pool's life: `admitted`, `accepted`, `refused:<class>`, `lost`, `credits`, `balance`, … */
    async stats(): Promise<Record<string, number>> {
      const hash = await redis.hgetall(`${root}stats`);
      return Object.fromEntries(Object.entries(hash).map(([name, value]) => [name, Number(value)]));
    },
    /** Generations whose results are to be saved; ms until the first of their links is assumed expired, null without any. */
    async archives(): Promise<{ readonly pending: number; readonly leastLeftMs: number | null }> {
      const [pending, [, dueBy], nowMs] = await Promise.all([
        redis.zcard(`${root}archives`),
        redis.zrangebyscore(`${root}archives`, '-inf', '+inf', 'WITHSCORES', 'LIMIT', 0, 1),
        now(),
      ]);
      return { pending, leastLeftMs: dueBy === undefined ? null : Number(dueBy) - nowMs };
    },
    ...createDurationReads(redis, root),
    ...createVerdictReads(redis, root),
    /** Status queries that the budget's sliding second counts now. */
    pollEntries: async (): Promise<number> => redis.zcount(`${root}polls`, (await now()) - 1000, '+inf'),
    /** Status queries per second that hold now: the setting, or what was learned above it. */
    async pollLimit(): Promise<number> {
      const [stored, learned] = await Promise.all([
        redis.hmget(`${root}config`, 'pollLimitPerSecond', 'pollLimitMaxPerSecond'),
        redis.hget(`${root}poll:state`, 'limit'),
      ]);
      const { pollLimitPerSecond, pollLimitMaxPerSecond } = POOL_SETTING_DEFAULTS;
      const least = Number(stored[0] ?? pollLimitPerSecond);
      const most = Number(stored[1] ?? pollLimitMaxPerSecond);
      return Math.max(least, Math.min(most, Number(learned ?? least)));
    },
    /** Requests that the submission window still counts, and what it has learned. */
    async window(): Promise<{ entries: number; learned: Record<string, number> }> {
      const [nowMs, windowMs, learned] = await Promise.all([
        now(),
        redis.hget(`${root}config`, 'submitWindowMs'),
        redis.hgetall(`${root}window:state`),
      ]);
      const entries = await redis.zcount(`${root}window`, nowMs - Number(windowMs ?? 0), '+inf');
      return { entries, learned: Object.fromEntries(Object.entries(learned).map(([k, v]) => [k, Number(v)])) };
    },
  };
}
export type Reads = ReturnType<typeof createReads>;

async function countEach<Name extends string>(
  names: readonly Name[],
  size: (name: Name) => Promise<number>,
): Promise<Record<Name, number>> {
  const sizes = await Promise.all(names.map(size));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every name has just got its number
  return Object.fromEntries(names.map((name, i) => [name, sizes[i] ?? 0])) as Record<Name, number>;
}
