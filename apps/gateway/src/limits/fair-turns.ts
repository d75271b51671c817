import { ApiError } from '../api-error.ts';

const RETRY_AFTER_S = 2;

export interface FairTurnsOptions {
  /** Total weight that may be in use at once. */
  readonly capacity: number;
  /** Part of the capacity reserved for owners with no more than an even share. Default 0: first come, first served. */
  readonly forOthers?: number;
  /** Longest wait for a turn, in ms; after it the request is refused. */
  readonly waitMs: number;
  /** Most requests of one owner that may wait. */
  readonly waitingPerOwner: number;
  /** First sentence of the refusal, without a full stop: what is busy. */
  readonly busy: string;
}

/** Ends a turn. Calling it again does nothing. */
export type EndTurn = () => void;

interface Waiting {
  readonly weight: number;
  readonly begin: (end: EndTurn) => void;
}

/**
 * Turns, weighted by cost and shared out by owner: waiting requests are served round robin over the owners, so that the
 * long queue of one owner does not delay the others. Within an owner the order is kept. A request that is too heavy for
 * the capacity left delays every request behind it; otherwise it would never get a turn.
 */
export class FairTurns {
  readonly #options: FairTurnsOptions;
  #used = 0;
  readonly #held = new Map<string, number>();
  /** Keys are in the order in which the owners are served. */
  readonly #queues = new Map<string, Waiting[]>();

  constructor(options: FairTurnsOptions) {
    this.#options = options;
  }

  /**
   * @param weight at most the capacity
   * @param signal ends the wait, for a client that disconnects
   * @throws ApiError `unavailable` when the wait takes too long, too many requests of this owner wait, or the signal
   * aborts
   */
  take(owner: string, weight: number, signal?: AbortSignal): Promise<EndTurn> {
    if (this.#queues.size === 0 && this.#capacityFor(owner, weight) === 'free')
      return Promise.resolve(this.#begin(owner, weight));
    const queue = this.#queues.get(owner) ?? [];
    if (queue.length >= this.#options.waitingPerOwner || signal?.aborted === true) return Promise.reject(this.#busy());
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        settled();
        this.#forget(owner, waiting);
        this.#serve();
        reject(this.#busy());
      };
      const timer = setTimeout(leave, this.#options.waitMs);
      const settled = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
      };
      const waiting: Waiting = {
        weight,
        begin: (end) => {
          settled();
          resolve(end);
        },
      };
      signal?.addEventListener('abort', leave);
      this.#queues.set(owner, [...queue, waiting]);
      this.#serve();
    });
  }

  #begin(owner: string, weight: number): EndTurn {
    this.#add(owner, weight);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#add(owner, -weight);
      this.#serve();
    };
  }

  #add(owner: string, weight: number): void {
    this.#used += weight;
    const held = (this.#held.get(owner) ?? 0) + weight;
    if (held > 0) this.#held.set(owner, held);
    else this.#held.delete(owner);
  }

  /** `share`: capacity is left, but reserved for other owners. */
  #capacityFor(owner: string, weight: number): 'free' | 'share' | 'full' {
    const { capacity, forOthers = 0 } = this.#options;
    const left = capacity - this.#used - weight;
    if (left < 0) return 'full';
    const owners = new Set([...this.#held.keys(), ...this.#queues.keys(), owner]).size;
    const evenShare = Math.max(1, Math.floor(capacity / owners));
    const isModest = (this.#held.get(owner) ?? 0) + weight <= evenShare;
    return left >= forOthers || (isModest && owners > 1) ? 'free' : 'share';
  }

  /** Serves one request of each owner in turn, as long as capacity is left. */
  #serve(): void {
    for (const [owner, [next]] of this.#queues) {
      if (next === undefined) continue;
      const capacity = this.#capacityFor(owner, next.weight);
      if (capacity === 'full') return;
      if (capacity === 'share') continue;
      this.#forget(owner, next);
      next.begin(this.#begin(owner, next.weight));
      return this.#serve();
    }
  }

  /** Removes the request and moves its owner behind all others. */
  #forget(owner: string, waiting: Waiting): void {
    const left = (this.#queues.get(owner) ?? []).filter((one) => one !== waiting);
    this.#queues.delete(owner);
    if (left.length > 0) this.#queues.set(owner, left);
  }

  #busy(): ApiError {
    return new ApiError('unavailable', `${this.#options.busy}. No generation was created; try again.`, {
      retryAfterS: RETRY_AFTER_S,
    });
  }
}
