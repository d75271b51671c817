import { createProducer, ProducerError, type EnqueuedItem, type ProducerErrorCode } from '@kieq/producer';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { withPool, type PoolPlace } from '../pool.ts';
import { countBar } from '../text/bar.ts';
import type { Item } from './item.ts';
import { isUnknown, tallyOf, type Outcome } from './tally.ts';

/** So many travel in one round trip. */
const BATCH = 200;

/** How far a run came; `trouble` is the error when Redis went away, or refused, at the batch that follows. */
interface Run {
  readonly outcomes: readonly Outcome[];
  readonly trouble?: ProducerError;
}

/**
 * Enqueues in batches and prints the ids; on a terminal a bar shows how far it is.
 * @throws CliError `refused` when an idempotency key was used for another request, `unavailable` when Redis went away or refused,
 * `interrupted` after SIGINT
 */
export async function enqueueAll(context: Context, place: PoolPlace, items: readonly Item[]): Promise<void> {
  const { out, io } = context;
  const stop = new AbortController();
  const unhear = io.onInterrupt(() => stop.abort());
  const startedMs = performance.now();
  const run = await enqueueBatches(place, items, stop.signal, (batch, done) => {
    if (!out.json)
      for (const outcome of batch) out.line(outcome, () => ('id' in outcome ? outcome.id : failureText(outcome.error)));
    out.status(countBar(done, items.length, performance.now() - startedMs));
  }).finally(unhear);
  out.status('');
  if (out.json) out.print(run.outcomes, () => '');
  finish(context, items.length, run);
}

function failureText({ code, message }: { readonly code: ProducerErrorCode; readonly message: string }): string {
  return `${isUnknown(code) ? 'unknown' : 'not enqueued'}: ${message}`;
}

function finish({ out }: Context, asked: number, { outcomes, trouble }: Run): void {
  // What comes after the batch that got no answer was not even sent.
  const sent = trouble === undefined ? 0 : Math.min(BATCH, asked - outcomes.length);
  const { enqueued, existed, notEnqueued, unknown, refused } = tallyOf(asked, outcomes, sent);
  const lost = unknown === 0 ? '' : `, ${unknown} unknown`;
  out.note(`${enqueued} enqueued, ${existed} existed already, ${notEnqueued} not enqueued${lost}.`);
  if (trouble !== undefined) {
    const place = `Of ${asked} requests the first ${outcomes.length} have an answer; the next ${sent} may be enqueued`;
    throw new CliError(EXIT.unavailable, `${trouble.message}. ${place}`);
  }
  if (unknown > 0)
    throw new CliError(EXIT.unavailable, `${unknown} of ${asked} requests got no answer: they may be enqueued`);
  if (outcomes.length < asked) {
    throw new CliError(EXIT.interrupted, `interrupted: of ${asked} requests the first ${outcomes.length} are enqueued`);
  }
  if (refused > 0) throw new CliError(EXIT.refused, `${refused} idempotency keys were used for another request before`);
}

async function enqueueBatches(
  place: PoolPlace,
  items: readonly Item[],
  signal: AbortSignal,
  onBatch: (batch: readonly Outcome[], done: number) => void,
): Promise<Run> {
  // Fails sooner than the producer, which waits longer for Redis than a person wants to.
  await withPool(place, async () => undefined);
  const producer = await createProducer({ redis: place.redisUrl, prefix: place.prefix });
  const outcomes: Outcome[] = [];
  try {
    for (let at = 0; at < items.length && !signal.aborted; at += BATCH) {
      const batch = (await producer.enqueueMany(items.slice(at, at + BATCH))).map(outcomeOf);
      outcomes.push(...batch);
      onBatch(batch, outcomes.length);
    }
    return { outcomes };
  } catch (error) {
    if (error instanceof ProducerError && isUnknown(error.code)) return { outcomes, trouble: error };
    throw error;
  } finally {
    await producer.close();
  }
}

function outcomeOf(item: EnqueuedItem): Outcome {
  if (item.ok) return { id: item.handle.id, created: item.handle.created };
  return { error: { code: item.error.code, message: item.error.message } };
}
