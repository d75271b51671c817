import { isDeepStrictEqual } from 'node:util';
import type { ModelCall } from './calls.ts';
import type { Dump } from './dump.ts';
import { differingKeys } from './repeats/differences.ts';
import type { Answer } from './world.ts';

/** Scripts whose second sending may answer or change otherwise; `repeats/differences.ts` says why that does no harm. */
const DIFFERENT = new Set(['create', 'admit', 'callback', 'unclaim', 'gate', 'sweep']);

/** What a script that is sent twice at the same moment does wrong. */
export function repeatFaults(call: ModelCall, first: Answer, second: Answer, before: Dump, after: Dump): string[] {
  if (DIFFERENT.has(call.name)) return [];
  const moved = differingKeys(before, after);
  return [
    ...(isDeepStrictEqual(first, second) ? [] : [`${call.name} answers otherwise when it is sent twice`]),
    ...(moved.length === 0 ? [] : [`${call.name} changes ${moved.join()} when it is sent twice`]),
  ];
}
