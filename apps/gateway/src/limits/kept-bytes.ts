import { ApiError } from '../api-error.ts';

const RETRY_AFTER_S = 2;

/** Bytes that one request keeps in memory until its response is built. */
export interface Holding {
  /** @throws ApiError `unavailable` when the total or the share of the owner exceeds its limit */
  readonly add: (bytes: number) => void;
  /** Releases all bytes of this request. Calling it again does nothing. */
  readonly end: () => void;
}

/** Counts the bytes of request bodies in memory, in total and per owner. */
export class KeptBytes {
  readonly #inAll: number;
  readonly #perOwner: number;
  readonly #held = new Map<string, number>();
  #bytes = 0;

  constructor(inAll: number, perOwner: number) {
    this.#inAll = inAll;
    this.#perOwner = perOwner;
  }

  open(owner: string): Holding {
    let mine = 0;
    return {
      add: (bytes) => {
        const held = (this.#held.get(owner) ?? 0) + bytes;
        if (held > this.#perOwner || this.#bytes + bytes > this.#inAll) throw tooMuch();
        mine += bytes;
        this.#bytes += bytes;
        this.#held.set(owner, held);
      },
      end: () => {
        const left = (this.#held.get(owner) ?? 0) - mine;
        this.#bytes -= mine;
        mine = 0;
        if (left > 0) this.#held.set(owner, left);
        else this.#held.delete(owner);
      },
    };
  }
}

function tooMuch(): ApiError {
  return new ApiError('unavailable', 'Too many request bodies are in memory. No generation was created; try again.', {
    retryAfterS: RETRY_AFTER_S,
  });
}
