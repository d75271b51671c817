import type { Cluster, Redis } from 'ioredis';
import { deadLetterClasses } from './dead-letter-classes.ts';
import type { GenerationListOptions, DeadLetterListOptions, DeadLetterPage, ListPage } from './reads.ts';
import type { ScriptRunner } from './scripts.ts';

/** @param redis for the names of the tenants: each has an index of its own */
export async function listGenerations(
  scripts: ScriptRunner,
  redis: Redis | Cluster,
  root: string,
  { tenant, state, from, to, limit, cursor }: GenerationListOptions,
): Promise<ListPage> {
  const tenants = tenant === undefined ? await redis.smembers(`${root}tenants`) : [tenant];
  const sources = tenants.map((name) => `tenant:${name}`);
  const { items, next } = await scripts.run('list', { sources, state, from, to, limit, cursor });
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
