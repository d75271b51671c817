import type { KieqError } from './error.ts';
import type { Created } from './types.ts';

/** The answer to one item of a batch, in the order of the items. */
export type EnqueuedItem =
  | ({ readonly ok: true } & Created)
  | { readonly ok: false; readonly error: KieqError; readonly idempotencyKey: string };
