import { ProducerError, type EnqueuedItem, type Producer } from '@kieq/producer';
import type { GatewayDeps } from '../deps.ts';
import { discardUnnamed } from '../v1/kept-images.ts';
import { createStoreNaming } from '../v1/store-name.ts';
import { linksIn, refusedLinks, takeLinks, type FoundLink, type Linked, type LinkedDeps } from './linked-images.ts';

const DEFAULT_TENANT = 'default';
/** Most requests with links in one call of `enqueueMany`: each copies files before anything is enqueued. */
const LINKED_PER_BATCH = 100;

type Item = Parameters<Producer['enqueueMany']>[0][number];
type Deps = LinkedDeps & Pick<GatewayDeps, 'producer'>;
type Take = (item: Item, links: readonly FoundLink[]) => Promise<Linked>;

/**
 * The producer of all routes that create, in whatever dialect: it takes links to uploads of the same tenant as images of
 * the request. Requests without such links go unchanged to the given producer.
 */
export function withLinkedImages(deps: Deps): Producer {
  const { producer } = deps;
  const nameStore = createStoreNaming(deps);
  const take: Take = async ({ request, options }, links) => {
    await nameStore();
    return takeLinks(deps, request, links, options?.tenant ?? DEFAULT_TENANT);
  };
  return {
    ...producer,
    async enqueue(request, options = {}) {
      const links = linksIn(request.input);
      if (links.length === 0) return producer.enqueue(request, options);
      const linked = await take({ request, options }, links);
      try {
        const enqueued = await producer.enqueue(linked.request, options);
        if (!enqueued.created) await discardUnnamed(deps, linked.images, enqueued.id);
        return enqueued;
      } catch (error) {
        await afterError(linked, error);
        throw error;
      }
    },
    enqueueMany: async (items) => {
      const linked = items.filter(({ request }) => linksIn(request.input).length > 0);
      return linked.length === 0 ? producer.enqueueMany(items) : enqueueLinked(deps, await prepare(items, take));
    },
  };
}

/** If Redis refused or disconnected in between, the generation may exist with its images. */
async function afterError({ images }: Linked, error: unknown): Promise<void> {
  const isRefused =
    error instanceof ProducerError && (error.code === 'invalid_request' || error.code === 'idempotency_conflict');
  if (isRefused) await images.discard();
  else images.abandon(error);
}

/** An item whose links are replaced, or why it is refused. */
type Prepared = { readonly item: Item; readonly linked?: Linked } | { readonly error: ProducerError };

/** One after the other: each copies files. @throws StorageError; no copy is left then */
async function prepare(items: readonly Item[], take: Take): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  let left = LINKED_PER_BATCH;
  try {
    for (const item of items) {
      const links = linksIn(item.request.input);
      if (links.length > 0) left -= 1;
      prepared.push(
        links.length === 0 ? { item } : left < 0 ? { error: tooMany() } : await prepareOne(item, links, take),
      );
    }
    return prepared;
  } catch (error) {
    for (const one of prepared) if ('item' in one) await one.linked?.images.discard();
    throw error;
  }
}

async function prepareOne(item: Item, links: readonly FoundLink[], take: Take): Promise<Prepared> {
  try {
    const linked = await take(item, links);
    return { item: { ...item, request: linked.request }, linked };
  } catch (error) {
    if (error instanceof ProducerError) return { error };
    throw error;
  }
}

/** The results are in the order of the items. */
async function enqueueLinked(deps: Deps, prepared: readonly Prepared[]): Promise<EnqueuedItem[]> {
  const good = prepared.flatMap((one) => ('item' in one ? [one] : []));
  const enqueued = await enqueueGood(deps, good);
  const resultOf = new Map<Prepared, EnqueuedItem | undefined>(good.map((one, i) => [one, enqueued[i]]));
  return prepared.map((one) => {
    if ('error' in one) return { ok: false, error: one.error };
    return resultOf.get(one) ?? { ok: false, error: new ProducerError('redis_unavailable', 'Redis did not respond') };
  });
}

async function enqueueGood(
  deps: Deps,
  good: readonly Extract<Prepared, { item: Item }>[],
): Promise<readonly EnqueuedItem[]> {
  if (good.length === 0) return [];
  try {
    const enqueued = await deps.producer.enqueueMany(good.map(({ item }) => item));
    for (const [i, { linked }] of good.entries()) {
      const result = enqueued[i];
      if (linked === undefined || result === undefined) continue;
      if (!result.ok) await afterError(linked, result.error);
      else if (!result.handle.created) await discardUnnamed(deps, linked.images, result.handle.id);
    }
    return enqueued;
  } catch (error) {
    for (const { linked } of good) if (linked !== undefined) await afterError(linked, error);
    throw error;
  }
}

function tooMany(): ProducerError {
  const rule = `must be among at most ${LINKED_PER_BATCH} requests of a batch with uploaded images; split it`;
  return refusedLinks({ field: 'input', rule, received: 'more' });
}
