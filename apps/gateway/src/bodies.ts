import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import type { GatewayDeps } from './deps.ts';
import { FairTurns } from './limits/fair-turns.ts';
import { KeptBytes } from './limits/kept-bytes.ts';
import { ownerOf } from './owner.ts';
import { readBody } from './read-body.ts';
import { whenMade } from './request-over.ts';

/** Takes a while to parse. */
const LARGE_BYTES = 65_536;

export interface Bodies {
  /**
   * The bytes of a body, when it is its turn to be parsed. Bytes and turn are given back when the answer is made, since
   * parsed values live on until then; not when it is read, since a caller may read as slowly as it likes.
   * @param deadlineMs longest time for it to arrive
   * @throws ApiError `body_too_large`, `too_slow`, `unreadable_body`, `unavailable`
   */
  read(request: FastifyRequest, payload: Readable, deadlineMs: number): Promise<Buffer>;
}

/** The one reader of all bodies that are JSON. */
export function createBodies({ settings: { limits }, metrics }: Pick<GatewayDeps, 'settings' | 'metrics'>): Bodies {
  const kept = new KeptBytes(limits.keptBytes, limits.keptBytesPerTenant);
  const turns = new FairTurns({
    capacity: limits.parsedBytes,
    waitMs: limits.turnWaitMs,
    waitingPerOwner: limits.waitingPerTenant,
    busy: 'too many large bodies at once',
  });
  const refused = (error: unknown): never => {
    metrics.refused(error, 'bodies');
    throw error;
  };
  return {
    async read(request, payload, deadlineMs) {
      const owner = ownerOf(request);
      const holding = kept.open(owner);
      whenMade(request, holding.end);
      try {
        const bytes = await readBody(request, payload, { deadlineMs, limits, keep: holding.add });
        const weight = Math.min(bytes.length, limits.parsedBytes);
        whenMade(request, await turns.take(owner, weight, request.over ?? undefined));
        // What others wait for comes in between: parsing holds up everybody.
        if (weight >= LARGE_BYTES) await setImmediate();
        return bytes;
      } catch (error) {
        holding.end();
        return refused(error);
      }
    },
  };
}
