import type { Environment } from '@kieq/config';
import { uploadUrl } from '@kieq/domain';
import { ProducerError, type Enqueued, type Producer } from '@kieq/producer';
import type { FileStore } from '@kieq/storage';
import type { Context } from '../context.ts';
import type { CheckedItem, Item } from '../enqueue/item.ts';
import { LIST_FIELD, type GroupingFlags } from '../enqueue/one-or-each.ts';
import { itemOfOptions, type SingleOptions } from '../enqueue/single-item.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Pool } from '../pool.ts';
import { dropImages, dropUnnamed, keepImages, readImage, type LocalImage } from './local-images.ts';
import { openPoolStore } from './pool-store.ts';

/** A request with the images of this machine that it names. */
export interface Wanted extends CheckedItem {
  /** Images that must be kept before it is enqueued. */
  readonly files: readonly LocalImage[];
}

/** Whether Kie fetches the image itself; everything else is a file of this machine. */
export function isAddress(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/** @throws CliError `usage` */
export async function requestOf(
  sources: readonly string[],
  options: SingleOptions & Pick<GroupingFlags, 'imageField'>,
): Promise<Wanted> {
  const tenant = options.tenant ?? 'default';
  const images = await Promise.all(
    sources.map(async (source) => (isAddress(source) ? source : readImage(source, tenant))),
  );
  const addresses = images.map((image) => (typeof image === 'string' ? image : uploadUrl(image.ref)));
  return {
    ...itemOfOptions(options, imageInput(options.imageField, addresses)),
    files: images.filter((image) => typeof image !== 'string'),
  };
}

/** `image_urls` is a list; every other field takes one image. */
function imageInput(field: string, addresses: readonly string[]): Readonly<Record<string, unknown>> {
  const [first, ...more] = addresses;
  if (first === undefined) return {};
  if (field === LIST_FIELD) return { image_urls: addresses };
  if (more.length > 0) throw new CliError(EXIT.usage, `nothing was enqueued: input.${field} takes one image`);
  return { [field]: first };
}

/**
 * Opens the store for images of this machine, where there are any, and closes it afterwards.
 * @throws CliError `usage` as `openPoolStore`
 */
export async function withStoreFor<Result>(
  context: Context,
  env: Environment<'files'>,
  pool: Pool,
  hasFiles: boolean,
  work: (store: FileStore | undefined) => Promise<Result>,
): Promise<Result> {
  if (!hasFiles) return work(undefined);
  const store = await openPoolStore(context, pool, env);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Stores the images first, and removes them again if the generation does not name them. */
export async function enqueueWithImages(
  store: FileStore | undefined,
  { ledger }: Pool,
  producer: Producer,
  item: Item,
  files: readonly LocalImage[],
): Promise<Enqueued> {
  if (store === undefined || files.length === 0) return producer.enqueue(item.request, item.options);
  await keepImages(store, files);
  const made = await enqueueKept(store, producer, item, files);
  if (!made.created) await dropUnnamed(store, ledger, made.id, files);
  return made;
}

async function enqueueKept(
  store: FileStore,
  producer: Producer,
  { request, options }: Item,
  files: readonly LocalImage[],
): Promise<Enqueued> {
  try {
    return await producer.enqueue(request, options);
  } catch (error) {
    // After any other error a generation may name them.
    const isRefused = error instanceof ProducerError && REFUSALS.has(error.code);
    if (isRefused) await dropImages(store, files);
    throw error;
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['invalid_request', 'idempotency_conflict']);
