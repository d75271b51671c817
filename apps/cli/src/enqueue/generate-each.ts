import type { Environment } from '@kieq/config';
import { createProducer, type Enqueued, type Producer } from '@kieq/producer';
import type { FileStore } from '@kieq/storage';
import type { Context } from '../context.ts';
import { type Existing, existingFields, existingText, hasNoVideo, readExisting } from './existing.ts';
import { type GroupingFlags, keyOfImage } from './one-or-each.ts';
import type { SingleOptions } from './single-item.ts';
import { CliError, EXIT } from '../exit.ts';
import { endingOf } from '../failure.ts';
import { followEach } from '../follow/follow-each.ts';
import type { Target } from '../follow/save-result.ts';
import { enqueueWithImages, isAddress, requestOf, type Wanted, withStoreFor } from '../images/with-images.ts';
import { noteMissingWorkers, type Pool, withPool } from '../pool.ts';

export type EachOptions = Environment<'redis' | 'files' | 'outbound'> &
  SingleOptions &
  GroupingFlags & {
    readonly wait?: true;
    /** Seconds. */
    readonly timeout?: number;
    readonly target: Target | undefined;
  };

/** One image's generation. */
interface Made {
  readonly source: string;
  readonly handle: Enqueued;
  /** Where its key had made it before. */
  readonly existing?: Existing | undefined;
}

/**
 * Enqueues one generation of each image, and with `--wait` follows them all.
 * @throws CliError `usage` before anything is enqueued; where it ends in the middle, the reason with how far it came;
 *   else as `followEach`, or `no video` where one had been made before and has ended without
 */
export async function generateEach(context: Context, sources: readonly string[], options: EachOptions): Promise<void> {
  if (options.target?.kind === 'file')
    throw new CliError(EXIT.usage, 'nothing was enqueued: --output must be a folder for the videos of several images');
  // Checks all before the first is paid; they are read again later, so that they are not all in memory at once.
  const warnings = new Set<string>();
  for (const source of sources) for (const text of (await requestOfEach(source, options)).warnings) warnings.add(text);
  for (const text of warnings) context.out.note(`warning: ${text}`);
  const waits = options.wait === true || options.target !== undefined || options.timeout !== undefined;
  await withPool(options, async (pool) => {
    const producer = await createProducer({ redis: options.redisUrl, prefix: options.prefix });
    try {
      const made = await enqueueEach(context, pool, producer, sources, options);
      if (!waits) {
        await noteMissingWorkers(context, pool);
        return tell(context, made);
      }
      const timeoutMs = options.timeout === undefined ? undefined : options.timeout * 1000;
      await followEach(context, made, { ...options, timeoutMs });
    } finally {
      await producer.close();
    }
  });
}

/** The request of one image, under its own key. */
async function requestOfEach(source: string, options: EachOptions): Promise<Wanted> {
  const wanted = await requestOf([source], options);
  const { item, files } = wanted;
  const { idempotencyKey: key } = options;
  if (key === undefined) return wanted;
  const idempotencyKey = keyOfImage(key, files[0]?.bytes ?? source);
  return { ...wanted, item: { ...item, options: { ...item.options, idempotencyKey } } };
}

function enqueueEach(
  context: Context,
  pool: Pool,
  producer: Producer,
  sources: readonly string[],
  options: EachOptions,
): Promise<Made[]> {
  const { out, io } = context;
  const made: Made[] = [];
  const stop = new AbortController();
  const stopListening = io.onInterrupt(() => stop.abort());
  const hasFiles = sources.some((source) => !isAddress(source));
  const one = async (source: string, store: FileStore | undefined): Promise<void> => {
    const { item, files } = await requestOfEach(source, options);
    const handle = await enqueueWithImages(store, pool, producer, item, files);
    const existing = handle.created ? undefined : await readExisting(handle);
    made.push({ source, handle, existing });
    if (!out.json) out.note(`${source}: ${existing === undefined ? enqueuedText(handle) : existingText(existing)}`);
  };
  return withStoreFor(context, options, pool, hasFiles, async (store) => {
    for (const source of sources) {
      if (stop.signal.aborted) throw unfinished(context, EXIT.interrupted, 'interrupted', sources, made);
      try {
        await one(source, store);
      } catch (error) {
        const { exitCode, message } = endingOf(error);
        throw unfinished(context, exitCode, `${source}: ${message}`, sources, made);
      }
    }
    return made;
  }).finally(stopListening);
}

function enqueuedText({ id, created }: Enqueued): string {
  return created ? `${id} is enqueued` : `${id} existed already`;
}

/** Enqueued generations are paid, so the message says where a repetition must start. */
function unfinished(
  { out }: Context,
  exitCode: CliError['exitCode'],
  reason: string,
  sources: readonly string[],
  made: readonly Made[],
): CliError {
  if (out.json) out.print(made.map(documentOf), () => '');
  else for (const { handle } of made) out.line(handle.id, () => handle.id);
  const rest = sources.length - made.length;
  const unknown = exitCode === EXIT.unavailable ? '; the first of these may be enqueued' : '';
  return new CliError(
    exitCode,
    `${reason}. Of ${sources.length} images the first ${made.length} are enqueued, ${rest} are not${unknown}`,
  );
}

function tell({ out }: Context, made: readonly Made[]): void {
  if (out.json) out.print(made.map(documentOf), () => '');
  else for (const { handle } of made) out.line(handle.id, () => handle.id);
  const ended = made.filter(({ existing }) => hasNoVideo(existing));
  if (ended.length > 0)
    throw new CliError(
      EXIT.noVideo,
      `${ended.length} of ${made.length} existed already and ended without a video; nothing was enqueued for them`,
    );
  out.note('Follow each with: kieq watch <id>');
}

function documentOf({ source, handle: { id, created }, existing }: Made): Readonly<Record<string, unknown>> {
  return { image: source, id, created, ...(created ? {} : existingFields(existing)) };
}
