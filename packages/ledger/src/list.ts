import type { DeadLetterClass, GenerationState, OrNewer } from '@kieq/domain';
import type { Cluster, Redis } from 'ioredis';
import type { ListCursor } from './contract/fleet.ts';
import { deadLetterClasses } from './dead-letter-classes.ts';
import type { ScriptRunner } from './scripts.ts';

interface ListOptions {
  /** Only this tenant's; all tenants' by default. */
  readonly tenant?: string;
  readonly limit: number;
  readonly cursor?: ListCursor;
}

export interface GenerationListOptions extends ListOptions {
  readonly state?: GenerationState;
  /** Epoch ms of creation, both inclusive. */
  readonly from?: number;
  readonly to?: number;
  /** Default false: newest first. */
  readonly oldestFirst?: boolean;
}

export interface DeadLetterListOptions extends ListOptions {
  /** All classes by default. */
  readonly class?: OrNewer<DeadLetterClass>;
  /** Default false: newest first. */
  readonly oldestFirst?: boolean;
}

/** A page, newest first unless asked otherwise; `next` continues, absent at the end. A page may be short, even empty, and still go on. */
export interface ListPage {
  readonly items: readonly { readonly id: string; readonly at: number }[];
  readonly next?: ListCursor;
}

export interface DeadLetterPage {
  readonly items: readonly { readonly id: string; readonly at: number; readonly class: OrNewer<DeadLetterClass> }[];
  readonly next?: ListCursor;
}

/** @param redis for the names of the tenants: each has an index of its own */
export async function listGenerations(
  scripts: ScriptRunner,
  redis: Redis | Cluster,
  root: string,
  { tenant, state, from, to, limit, cursor, oldestFirst = false }: GenerationListOptions,
): Promise<ListPage> {
  const tenants = tenant === undefined ? await redis.smembers(`${root}tenants`) : [tenant];
  const sources = tenants.map((name) => `tenant:${name}`);
  const { items, next } = await scripts.run('list', { sources, state, from, to, limit, cursor, oldestFirst });
  const shown = items.map(({ id, at }) => ({ id, at }));
  return next === undefined ? { items: shown } : { items: shown, next };
}

export async function readDeadLetters(
  scripts: ScriptRunner,
  redis: Redis | Cluster,
  root: string,
  { tenant, class: deadLetterClass, limit, cursor, oldestFirst = false }: DeadLetterListOptions,
): Promise<DeadLetterPage> {
  const classes = deadLetterClass === undefined ? await deadLetterClasses(redis, root) : [deadLetterClass];
  const sources = classes.map((name) => `letters:${name}`);
  const { items, next } = await scripts.run('list', { sources, tenant, limit, cursor, oldestFirst });
  const shown = items.flatMap(({ id, at, source }) => {
    const name = classes.find((one) => source === `letters:${one}`);
    return name === undefined ? [] : [{ id, at, class: name }];
  });
  return next === undefined ? { items: shown } : { items: shown, next };
}
