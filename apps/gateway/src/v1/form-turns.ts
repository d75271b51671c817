import type { FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { GatewayDeps } from '../deps.ts';
import type { GatewayLimits } from '../limits.ts';
import { FairTurns } from '../limits/fair-turns.ts';
import { ownerOf } from '../owner.ts';
import type { JsonObject } from './creation.ts';
import type { KeptImages } from './kept-images.ts';
import { createStoreNaming } from './store-name.ts';
import { drain, readForm, type StartForm } from './upload-form.ts';

/** Turns in which images are read into memory; shared by the forms of `/v1` and the uploads of Kie's API. */
export interface FormTurns {
  /**
   * Runs `read`, which reads the body of a request, when the request gets its turn, and no byte of it before. Turns are
   * shared out by tenant.
   * @param weight how many forms it counts as; at most all
   * @throws ApiError `unavailable` if the request gets no turn
   */
  run<Value>(request: FastifyRequest, weight: number, read: () => Promise<Value>): Promise<Value>;
}

export function createFormTurns({ settings, metrics }: Pick<GatewayDeps, 'settings' | 'metrics'>): FormTurns {
  const { limits } = settings;
  // Each form keeps an image of up to 10 MB in memory.
  const turns = new FairTurns({
    capacity: limits.forms,
    forOthers: limits.formsForOthers,
    waitMs: limits.turnWaitMs,
    waitingPerOwner: limits.waitingPerTenant,
    busy: 'Too many uploads are being read',
  });
  return {
    async run(request, weight, read) {
      try {
        const end = await turns.take(ownerOf(request), Math.min(weight, limits.forms), request.over ?? undefined);
        return await readInTurn(request, limits, () => read().finally(end));
      } catch (error) {
        metrics.refused(error, 'forms');
        throw error;
      }
    },
  };
}

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

export function createForms(deps: GatewayDeps, turns: FormTurns): Forms {
  const { limits } = deps.settings;
  return {
    nameStore: createStoreNaming(deps),
    read: (request, start, images) => turns.run(request, 1, () => readForm(request, start, { images, limits })),
  };
}

async function readInTurn<Value>(
  request: FastifyRequest,
  limits: GatewayLimits,
  read: () => Promise<Value>,
): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    // The turn has ended: draining needs none. A sender that was too slow is not waited for.
    if (!(error instanceof ApiError && error.code === 'too_slow')) await drain(request.raw, limits);
    throw error;
  }
}
