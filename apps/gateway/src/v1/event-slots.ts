import { ApiError } from '../api-error.ts';

/** A client that follows generations one after the other gets a slot soon. */
const RETRY_AFTER_S = 10;

/** Streams of one kind at once. */
export interface SlotLimits {
  /** Of one gateway. */
  readonly eventStreams: number;
  readonly eventStreamsPerKey: number;
}

/** Bounds the open event streams, per key and in total. */
export class EventSlots {
  readonly #limits: SlotLimits;
  readonly #openOf = new Map<string, number>();
  #open = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /**
   * @param key identifies the caller
   * @returns releases the slot; must be called once
   * @throws ApiError `rate_limited`
   */
  take(key: string): () => void {
    const { eventStreams, eventStreamsPerKey } = this.#limits;
    const mine = this.#openOf.get(key) ?? 0;
    if (mine >= eventStreamsPerKey) throw tooMany(`This key has ${mine} open event streams, the most for one key`);
    if (this.#open >= eventStreams)
      throw tooMany(`The gateway has ${this.#open} open event streams, the most that it serves`);
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
  const advice = 'Close some, read the generation instead (GET /v1/generations/<id>), or use callBackUrl.';
  return new ApiError('rate_limited', `${why}. ${advice}`, { retryAfterS: RETRY_AFTER_S });
}
