import type { FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import { FairTurns } from '../limits/fair-turns.ts';
import { ownerOf } from '../owner.ts';
import type { JsonObject } from './creation.ts';
import type { KeptImages } from './kept-images.ts';
import { createStoreNaming } from './store-name.ts';
import { drain, readForm, type StartForm } from './upload-form.ts';

/** Reading of forms, shared by all create calls with images. */
export interface Forms {
  /**
   * Reads a form when it gets its turn, and no byte of it before. Turns are shared out by tenant.
   * @throws ApiError, `unavailable` if the form gets no turn; no image is left in the store then
   */
  readonly read: (request: FastifyRequest, start: StartForm, images: KeptImages) => Promise<JsonObject>;
  /** Records in the pool which store the images are in. Never rejects. */
  readonly nameStore: () => Promise<void>;
}

export function createForms(deps: GatewayDeps): Forms {
  const { limits } = deps.settings;
  // Each form keeps an image of up to 10 MB in memory.
  const turns = new FairTurns({
    capacity: limits.forms,
    forOthers: limits.formsForOthers,
    waitMs: limits.turnWaitMs,
    waitingPerOwner: limits.waitingPerTenant,
    busy: 'Too many uploads are being read',
  });
  return {
    nameStore: createStoreNaming(deps),
    async read(request, start, images) {
      try {
        const end = await turns.take(ownerOf(request), 1, request.over ?? undefined);
        return await readOne(request, start, { images, limits, end });
      } catch (error) {
        deps.metrics.refused(error, 'forms');
        throw error;
      }
    },
  };
}

type Reading = Parameters<typeof readForm>[2] & { readonly end: () => void };

async function readOne(request: FastifyRequest, start: StartForm, { end, ...reading }: Reading): Promise<JsonObject> {
  try {
    return await readForm(request, start, reading).finally(end);
  } catch (error) {
    // The turn has ended: draining needs none. A sender that was too slow is not waited for.
    if (!(error instanceof ApiError && error.code === 'too_slow')) await drain(request.raw, reading.limits);
    throw error;
  }
}
