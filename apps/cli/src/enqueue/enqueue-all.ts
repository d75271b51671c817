import { createProducer, ProducerError, type EnqueuedItem } from '@kieq/producer';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { withPool, type PoolPlace } from '../pool.ts';
import type { Item } from './item.ts';

/** So many travel in one round trip. */
const BATCH = 200;

/** What became of one request, in the order of the input. */
type Outcome =
  | { readonly id: string; readonly created: boolean }
  | { readonly error: { readonly code: string; readonly message: string } };

/**
 * Enqueues in batches and prints the ids.
 * @throws CliError `refused` when an idempotency key was used for another request, `unavailable` when Redis went away
 */
export async function enqueueAll(context: Context, place: PoolPlace, items: readonly Item[]): Promise<void> {
  const { out } = context;
  const outcomes: Outcome[] = [];
  const trouble = await enqueueBatches(place, items, (batch) => {
    outcomes.push(...batch);
    if (!out.json)
      for (const outcome of batch)
        out.line(outcome, () => ('id' in outcome ? outcome.id : `not enqueued: ${outcome.error.message}`));
  });
  if (out.json) out.print(outcomes, () => '');
  const conflicts = outcomes.filter((outcome) => 'error' in outcome).length;
  const existed = outcomes.filter((outcome) => 'id' in outcome && !outcome.created).length;
  out.note(
    `${outcomes.length - conflicts - existed} enqueued, ${existed} existed already, ${items.length - outcomes.length + conflicts} not enqueued.`,
  );
  if (trouble !== undefined) {
    throw new CliError(
      EXIT.unavailable,
      `${trouble.message}: of ${items.length} requests those after the first ${outcomes.length} may or may not be enqueued`,
    );
  }
  if (conflicts > 0)
    throw new CliError(EXIT.refused, `${conflicts} idempotency keys were used for another request before`);
}

/** @returns the error when Redis went away between two batches */
async function enqueueBatches(
  place: PoolPlace,
  items: readonly Item[],
  done: (batch: readonly Outcome[]) => void,
): Promise<ProducerError | undefined> {
  // Fails sooner than the producer, which waits longer for Redis than a person wants to.
  await withPool(place, async () => undefined);
  const producer = await createProducer({ redis: place.redisUrl, prefix: place.prefix });
  try {
    for (let at = 0; at < items.length; at += BATCH) {
      done((await producer.enqueueMany(items.slice(at, at + BATCH))).map(outcomeOf));
    }
    return undefined;
  } catch (error) {
    if (error instanceof ProducerError && error.code === 'redis_unavailable') return error;
    throw error;
  } finally {
    await producer.close();
  }
}

function outcomeOf(item: EnqueuedItem): Outcome {
  if (item.ok) return { id: item.handle.id, created: item.handle.created };
  return { error: { code: item.error.code, message: item.error.message } };
}
