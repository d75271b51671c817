import { ProducerError } from '@kieq/producer';
import { z } from 'zod';
import type { GatewayDeps } from '../deps.ts';
import { endMade, whenOver } from '../request-over.ts';
import type { Call } from '../routes.ts';
import { OpenSlots } from './open-slots.ts';

/** The longest value of `wait`. */
const LONGEST_WAIT_S = 60;
/** Proxies cut a response after 60 s without a byte, and a caller would take the cut for a failure of the call. */
const LONGEST_SILENCE_MS = 55_000;

/** The query parameter of routes that can wait. */
export const waitQuery = {
  wait: z.coerce
    .number()
    .min(0)
    .max(LONGEST_WAIT_S)
    .default(0)
    .describe(
      `Time in seconds, at most ${LONGEST_WAIT_S}, for which the response waits until the generation has ended. ` +
        `It comes after ${LONGEST_SILENCE_MS / 1000} s at the latest, since proxies cut silent responses. ` +
        'While the generation has no `endedAt`, repeat the call',
    ),
};

/** Holds responses until a generation has ended. */
export interface Waiting {
  /**
   * Resolves when the generation has ended, when the time is over, when the client disconnects, or when the gateway
   * stops or loses Redis: the caller reads the state afterwards in any case.
   * @throws ApiError `rate_limited` when too many responses wait
   */
  untilEnd(
    call: Pick<Call<unknown, { readonly wait: number }>, 'request' | 'caller' | 'query'>,
    id: string,
  ): Promise<void>;
}

/** A waiting response costs a connection and a listener; all of them share one reader of the pool's events. */
export function createWaiting({ producer, settings, stopping, metrics }: GatewayDeps): Waiting {
  const { connections } = settings.limits;
  // The other connections are for calls that do not wait, health checks and callbacks of Kie.
  const [inAll, perKey] = [Math.ceil(connections / 2), Math.ceil(connections / 4)];
  const slots = new OpenSlots({
    inAll,
    perKey,
    what: 'waiting responses',
    advice: 'Ask without `wait`, or use callBackUrl.',
  });
  const take = (key: string): (() => void) => {
    try {
      return slots.take(key);
    } catch (error) {
      metrics.refused(error, 'waits');
      throw error;
    }
  };
  return {
    async untilEnd({ request, caller, query }, id) {
      if (query.wait === 0) return;
      whenOver(request, take(caller.keyId ?? 'local'));
      request.isWaiting = true;
      // What the body needed is free for others while nothing happens.
      request.body = undefined;
      endMade(request);
      const over = request.over ?? AbortSignal.abort();
      const signal = AbortSignal.any([over, stopping]);
      metrics.waiting.inc();
      try {
        await producer.get(id).result({ timeoutMs: Math.min(query.wait * 1000, LONGEST_SILENCE_MS), signal });
      } catch (error) {
        if (!signal.aborted && !isNoEnd(error)) throw error;
      } finally {
        metrics.waiting.dec();
      }
    },
  };
}

/** Nothing has ended yet, or it cannot be told: the read that follows says what is known. */
function isNoEnd(error: unknown): boolean {
  return error instanceof ProducerError && (error.code === 'timeout' || error.code === 'redis_unavailable');
}
