import type { FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { FairTurns } from '../limits/fair-turns.ts';
import { ownerOf } from '../owner.ts';
import type { JsonObject } from './creation.ts';
import type { KeptImages } from './kept-images.ts';
import { createStoreNaming } from './store-name.ts';
import { drain, readUploadForm } from './upload-form.ts';

/** What calls with images share. */
export interface Forms {
  /**
   * Reads a form when it is its turn; until then nothing of it is. Turns are shared out by tenant.
   * @throws ApiError, `unavailable` where its turn does not come; then no image is left in the store
   */
  readonly read: (request: FastifyRequest, caller: Caller, images: KeptImages) => Promise<JsonObject>;
  /** Tells the pool where images are put. Never rejects. */
  readonly nameStore: () => Promise<void>;
}

export function createForms(deps: GatewayDeps): Forms {
  const { limits } = deps.settings;
  // Each holds an image of up to 10 MB.
  const turns = new FairTurns({
    capacity: limits.forms,
    forOthers: limits.formsForOthers,
    waitMs: limits.turnWaitMs,
    waitingPerOwner: limits.waitingPerTenant,
    busy: 'too many uploads at once',
  });
  return {
    nameStore: createStoreNaming(deps),
    async read(request, caller, images) {
      try {
        const end = await turns.take(ownerOf(request), 1, request.over ?? undefined);
        return await readOne(request, caller, { images, limits, end });
      } catch (error) {
        deps.metrics.refused(error, 'forms');
        throw error;
      }
    },
  };
}

type Reading = Parameters<typeof readUploadForm>[2] & { readonly end: () => void };

async function readOne(request: FastifyRequest, caller: Caller, { end, ...reading }: Reading): Promise<JsonObject> {
  try {
    return await readUploadForm(request, caller, reading).finally(end);
  } catch (error) {
    // A form that nobody reads any more holds no turn, and who was too slow is not waited for.
    if (!(error instanceof ApiError && error.code === 'too_slow')) await drain(request.raw, reading.limits);
    throw error;
  }
}
