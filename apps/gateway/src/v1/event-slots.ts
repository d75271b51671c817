import { ApiError } from '../api-error.ts';
import type { GatewayLimits } from '../limits.ts';

/** A client that follows generations one after the other finds a place soon. */
const RETRY_AFTER_S = 10;

/** Event streams that are open, of each key and in all. */
export class EventSlots {
  readonly #limits: Pick<GatewayLimits, 'eventStreams' | 'eventStreamsPerKey'>;
  readonly #openOf = new Map<string, number>();
  #open = 0;

  constructor(limits: Pick<GatewayLimits, 'eventStreams' | 'eventStreamsPerKey'>) {
    this.#limits = limits;
  }

  /**
   * @param key tells callers apart
   * @returns gives the place back; to be called once
   * @throws ApiError `rate_limited`
   */
  take(key: string): () => void {
    const { eventStreams, eventStreamsPerKey } = this.#limits;
    const mine = this.#openOf.get(key) ?? 0;
    if (mine >= eventStreamsPerKey) throw tooMany(`${mine} event streams of this key are open, and no more are served`);
    if (this.#open >= eventStreams) throw tooMany(`${this.#open} event streams are open, and no more are served`);
    this.#openOf.set(key, mine + 1);
    this.#open += 1;
    return () => {
      const left = (this.#openOf.get(key) ?? 1) - 1;
      this.#open -= 1;
      if (left > 0) this.#openOf.set(key, left);
      else this.#openOf.delete(key);
    };
  }
}

function tooMany(why: string): ApiError {
  const advice = 'close some, ask for the generation itself (GET /v1/generations/<id>), or use callBackUrl';
  return new ApiError('rate_limited', `${why}; ${advice}.`, { retryAfterS: RETRY_AFTER_S });
}
