import { ProducerError } from '@kieq/producer';
import { ApiError } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { discardUnnamed, type KeptImages } from './kept-images.ts';

/**
 * Creates a generation that names images of this call. Afterwards the store has those that a generation names, or may
 * name, and no others.
 */
export async function createWithImages<Created extends { readonly id: string; readonly created: boolean }>(
  deps: GatewayDeps,
  images: KeptImages,
  create: () => Promise<Created>,
): Promise<Created> {
  try {
    const created = await create();
    if (!created.created) await discardUnnamed(deps, images, created.id);
    return created;
  } catch (error) {
    if (isRefused(error)) await images.discard();
    else images.abandon(error);
    throw error;
  }
}

/** Whether certainly no generation was created. If Redis refused or disconnected in between, one may exist. */
function isRefused(error: unknown): boolean {
  if (error instanceof ProducerError) return error.code === 'invalid_request' || error.code === 'idempotency_conflict';
  return error instanceof ApiError;
}
