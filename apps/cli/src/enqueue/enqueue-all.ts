import { createProducer, type EnqueuedItem, ProducerError, type ProducerErrorCode } from '@kieq/producer';
import type { Context } from '../context.ts';
import { type Existing, existingFields, existingText, hasNoVideo, readExisting } from './existing.ts';
import type { Item } from './item.ts';
import { isUnknown, type Outcome, tallyOf } from './tally.ts';
import { CliError, EXIT } from '../exit.ts';
import { noteMissingWorkers, type PoolAddress, withPool } from '../pool.ts';
import { countBar } from '../text/paint.ts';

/** Requests in one round trip. */
const BATCH = 200;

/** How many generations that existed already and ended without a video are printed; the rest is counted. */
const SHOWN_EXISTING = 20;

/** The progress of a run; `failure` is the error of the next batch if Redis became unavailable or refused. */
interface Run {
  readonly outcomes: readonly Outcome[];
  /** Those that had been made before, as far as their state could be read. */
  readonly existing: readonly Existing[];
  readonly failure?: ProducerError;
}

/**
 * Enqueues in batches and prints the ids; on a terminal a bar shows how far it is.
 * @throws CliError `refused` when an idempotency key was used for another request, `unavailable` when Redis became
 *   unavailable or refused, `interrupted` after SIGINT, `no video` when one that existed already has ended without one
 */
export async function enqueueAll(context: Context, address: PoolAddress, items: readonly Item[]): Promise<void> {
  const { out, io } = context;
  const stop = new AbortController();
  const stopListening = io.onInterrupt(() => stop.abort());
  const startedMs = performance.now();
  const run = await enqueueBatches(context, address, items, stop.signal, (batch, done) => {
    if (!out.json)
      for (const outcome of batch) out.line(outcome, () => ('id' in outcome ? outcome.id : failureText(outcome.error)));
    out.status(countBar(done, items.length, performance.now() - startedMs));
  }).finally(stopListening);
  out.status('');
  if (out.json) out.print(run.outcomes, () => '');
  noteExisting(context, items.length, run);
  finish(context, items.length, run);
}

function failureText({ code, message }: { readonly code: ProducerErrorCode; readonly message: string }): string {
  return `${isUnknown(code) ? 'unknown' : 'not enqueued'}: ${message}`;
}

function finish({ out }: Context, asked: number, { outcomes, existing, failure }: Run): void {
  // Requests after the batch without an answer were not sent.
  const sent = failure === undefined ? 0 : Math.min(BATCH, asked - outcomes.length);
  const { enqueued, existed, notEnqueued, unknown, refused } = tallyOf(asked, outcomes, sent);
  const lost = unknown === 0 ? '' : `, ${unknown} unknown`;
  out.note(`${enqueued} enqueued, ${existed} existed already, ${notEnqueued} not enqueued${lost}.`);
  if (failure !== undefined) {
    const progress = `Of ${asked} requests the first ${outcomes.length} have an answer; the next ${sent} may be enqueued`;
    throw new CliError(EXIT.unavailable, `${failure.message}. ${progress}`);
  }
  if (unknown > 0)
    throw new CliError(EXIT.unavailable, `${unknown} of ${asked} requests got no answer: they may be enqueued`);
  if (outcomes.length < asked) {
    throw new CliError(EXIT.interrupted, `interrupted: of ${asked} requests the first ${outcomes.length} are enqueued`);
  }
  if (refused > 0) throw new CliError(EXIT.refused, `${refused} idempotency keys were used for another request before`);
  const ended = existing.filter(hasNoVideo);
  if (ended.length > 0)
    throw new CliError(
      EXIT.noVideo,
      `${ended.length} that existed already ended without a video; nothing was enqueued for them`,
    );
}

/** A single one in any state; of many those that ended without a video. */
function noteExisting({ out }: Context, asked: number, { existing }: Run): void {
  const shown = asked === 1 ? existing : existing.filter(hasNoVideo);
  for (const one of shown.slice(0, SHOWN_EXISTING)) out.note((paint) => existingText(one, paint));
  if (shown.length > SHOWN_EXISTING) out.note(`and ${shown.length - SHOWN_EXISTING} more that ended without a video`);
}

async function enqueueBatches(
  context: Context,
  address: PoolAddress,
  items: readonly Item[],
  signal: AbortSignal,
  onBatch: (batch: readonly Outcome[], done: number) => void,
): Promise<Run> {
  // Fails sooner than the producer, which waits longer for Redis than a user does.
  await withPool(address, (pool) => noteMissingWorkers(context, pool));
  const producer = await createProducer({ redis: address.redisUrl, prefix: address.prefix });
  const outcomes: Outcome[] = [];
  const existing: Existing[] = [];
  try {
    for (let at = 0; at < items.length && !signal.aborted; at += BATCH) {
      const made = await producer.enqueueMany(items.slice(at, at + BATCH));
      const before = await Promise.all(
        made.map(async (item) => (item.ok && !item.handle.created ? readExisting(item.handle) : undefined)),
      );
      const batch = made.map((item, i) => outcomeOf(item, before[i]));
      outcomes.push(...batch);
      existing.push(...before.filter((one) => one !== undefined));
      onBatch(batch, outcomes.length);
    }
    return { outcomes, existing };
  } catch (error) {
    if (error instanceof ProducerError && isUnknown(error.code)) return { outcomes, existing, failure: error };
    throw error;
  } finally {
    await producer.close();
  }
}

function outcomeOf(item: EnqueuedItem, existing: Existing | undefined): Outcome {
  if (item.ok && item.handle.created) return { id: item.handle.id, created: true };
  if (item.ok) return { id: item.handle.id, created: false, ...existingFields(existing) };
  return { error: { code: item.error.code, message: item.error.message } };
}
