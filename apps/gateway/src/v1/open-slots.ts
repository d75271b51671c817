import { ApiError } from '../api-error.ts';

/** A client that follows generations one after the other gets a slot soon. */
const RETRY_AFTER_S = 10;

export interface SlotLimits {
  readonly inAll: number;
  readonly perKey: number;
  /** What a slot is for, in a message: `open event streams`. */
  readonly what: string;
  /** What a refused caller can do instead. */
  readonly advice: string;
}

/** Bounds the responses of one kind that stay open, per key and in total. */
export class OpenSlots {
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
    const { inAll, perKey, what, advice } = this.#limits;
    const mine = this.#openOf.get(key) ?? 0;
    if (mine >= perKey) throw tooMany(`This key has ${mine} ${what}, the most for one key. ${advice}`);
    if (this.#open >= inAll) throw tooMany(`The gateway has ${this.#open} ${what}, the most that it serves. ${advice}`);
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
  return new ApiError('rate_limited', why, { retryAfterS: RETRY_AFTER_S });
}
