import type { GenerationRecord } from '@kieq/ledger';
import type { GenerationHandle } from '@kieq/producer';
import { isUnavailable } from '@kieq/redis';
import type { Context } from '../context.ts';
import { Display } from './display.ts';
import { isAtEnd } from './live-text.ts';
import { generationOf, noteMissingWorkers, type Pool } from '../pool.ts';

export interface FollowOptions {
  /** `KIEQ_TIME_SCALE`. */
  readonly timeScale: number;
  /** How long at most, in ms. Default: without end. */
  readonly timeoutMs?: number | undefined;
}

/** Why following came to its end. */
export type Followed = 'ended' | 'interrupted' | 'timeout';

/**
 * Follows a generation until it has ended, SIGINT comes or the time is over, and shows its progress. It continues
 * whether it is followed or not.
 * @throws CliError `not found`, ProducerError
 */
export async function follow(
  context: Context,
  pool: Pool,
  handle: GenerationHandle,
  { timeScale, timeoutMs }: FollowOptions,
): Promise<Followed> {
  const { io, out } = context;
  const first = await generationOf(pool, handle.id);
  if (!isAtEnd(first)) await noteMissingWorkers(context, pool);
  const interrupt = new AbortController();
  const timeout = new AbortController();
  const stopListening = io.onInterrupt(() => interrupt.abort());
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => timeout.abort(), timeoutMs);
  const display = await Display.open(out, pool, first, timeScale);
  try {
    const signal = AbortSignal.any([interrupt.signal, timeout.signal]);
    const events = handle.events({ signal });
    while ((await events.next()).done !== true) {
      const record = await readUnlessAway(pool, handle.id);
      if (record !== undefined) display.update(record);
    }
  } finally {
    clearTimeout(timer);
    stopListening();
    display.close();
  }
  if (interrupt.signal.aborted) return 'interrupted';
  return timeout.signal.aborted ? 'timeout' : 'ended';
}

/** An unavailable Redis ends nothing: the events continue when it is back. */
async function readUnlessAway({ ledger }: Pool, id: string): Promise<GenerationRecord | undefined> {
  try {
    return await ledger.read.generation(id);
  } catch (error) {
    if (isUnavailable(error)) return undefined;
    throw error;
  }
}
