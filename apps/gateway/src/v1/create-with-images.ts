import { uploadsIn, uploadUrl } from '@kieq/domain';
import { ProducerError } from '@kieq/producer';
import { frozenPayload } from '@kieq/queue';
import { ApiError } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import type { KeptImages } from './kept-images.ts';

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

/**
 * The generation existed already. Either an earlier call created it, with other images, or this call did and Redis lost
 * the reply, or a worker took the job at once. Only the record shows which images the generation names.
 */
async function discardUnnamed({ ledger }: GatewayDeps, images: KeptImages, id: string): Promise<void> {
  try {
    const record = await ledger.read.generation(id);
    await images.discardBut(uploadsIn(frozenPayload(record?.payload)?.request.input).map(uploadUrl));
  } catch (error) {
    images.abandon(error);
  }
}

/** Whether certainly no generation was created. If Redis refused or disconnected in between, one may exist. */
function isRefused(error: unknown): boolean {
  if (error instanceof ProducerError) return error.code === 'invalid_request' || error.code === 'idempotency_conflict';
  return error instanceof ApiError;
}
