import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import type { GatewayDeps } from './deps.ts';
import { FairTurns } from './limits/fair-turns.ts';
import { KeptBytes } from './limits/kept-bytes.ts';
import { ownerOf } from './owner.ts';
import { readBody } from './read-body.ts';
import { whenMade } from './request-over.ts';

/** A body of this size takes noticeable time to parse. */
const LARGE_BYTES = 65_536;

export interface Bodies {
  /**
   * Reads a body and waits for its turn to be parsed. Bytes and turn are released when the response has been built,
   * since the parsed values stay in memory until then, and not when the caller has read it, since callers may read
   * slowly.
   * @param deadlineMs longest time for the body to arrive
   * @throws ApiError `body_too_large`, `too_slow`, `unreadable_body`, `unavailable`
   */
  read(request: FastifyRequest, payload: Readable, deadlineMs: number): Promise<Buffer>;
}

/** Reads all JSON bodies of the gateway. */
export function createBodies({ settings: { limits }, metrics }: Pick<GatewayDeps, 'settings' | 'metrics'>): Bodies {
  const kept = new KeptBytes(limits.keptBytes, limits.keptBytesPerTenant);
  const turns = new FairTurns({
    capacity: limits.parsedBytes,
    waitMs: limits.turnWaitMs,
    waitingPerOwner: limits.waitingPerTenant,
    busy: 'Too many large request bodies are being processed',
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
        // Parsing blocks the process, so other pending work runs first.
        if (weight >= LARGE_BYTES) await setImmediate();
        return bytes;
      } catch (error) {
        holding.end();
        return refused(error);
      }
    },
  };
}
