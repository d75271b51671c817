import { z } from 'zod';
import type { ModelCall } from './calls.ts';
import type { Dump } from './dump.ts';

const fieldsSchema = z.record(z.string(), z.string());
const attemptSchema = z.object({ n: z.int(), tokenHash: z.string(), outcome: z.string() });

/**
 * What a call must leave alone: every record but the one that it names, and of that one every attempt but the one that
 * it names. So no late answer of an old attempt can change a newer one. A refusal may take up the task of an older one.
 */
export function trespasses(call: ModelCall, before: Dump, after: Dump): string[] {
  const named = 'id' in call.args && typeof call.args.id === 'string' ? `gen:${call.args.id}` : '';
  const records = Object.keys(before).filter((name) => name.startsWith('gen:'));
  const foreign = records.filter((name) => name !== named && !same(before[name]?.value, after[name]?.value));
  return [
    ...foreign.map((name) => `${call.name} changed ${name}, which it does not name`),
    ...attemptTrespasses(call, before[named]?.value, after[named]?.value),
  ];
}

function attemptTrespasses({ name, args }: ModelCall, before: unknown, after: unknown): string[] {
  // A purge shortens all of them.
  if (before === undefined || name === 'purge') return [];
  const [old, now] = [fieldsSchema.parse(before), fieldsSchema.parse(after)];
  const changed = Object.keys(old).filter((field) => field.startsWith('a:') && old[field] !== now[field]);
  return changed.flatMap((field) => {
    const attempt = attemptSchema.parse(JSON.parse(old[field] ?? ''));
    const isNamed =
      ('tokenHash' in args && args.tokenHash === attempt.tokenHash) ||
      ('attempt' in args && args.attempt === attempt.n) ||
      (!('tokenHash' in args) && !('attempt' in args) && Number(old['current']) === attempt.n);
    const isTakenUp = name === 'refuse' && attempt.outcome === 'surplus';
    return isNamed || isTakenUp ? [] : [`${name} changed attempt ${attempt.n}, which it does not name`];
  });
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
