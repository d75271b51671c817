interface Lane {
  active: number;
  /** Deliveries that were sent away since the lane was last empty. */
  turnedAway: number;
}

/** Deliveries that were sent away come back after so many pauses at most. */
const MOST_PAUSES = 60;

/**
 * Shares a process's deliveries between receivers: a slow one must not hold up the others
 * (docs/architecture/callbacks.md#deliveries-to-callers). Invariant: an origin has a lane exactly while something is being
 * delivered to it.
 */
export class OriginLanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #width: number;

  /** @param width deliveries at once to one origin */
  constructor(width: number) {
    this.#width = width;
  }

  /**
   * A place, to be left once, or how many pauses to wait before asking again: the more are waiting, the later,
   * so that a long backlog for one origin does not keep the queue busy.
   */
  enter(origin: string): { readonly leave: () => void } | { readonly pauses: number } {
    const lane = this.#lanes.get(origin) ?? { active: 0, turnedAway: 0 };
    if (lane.active >= this.#width) {
      lane.turnedAway += 1;
      return { pauses: Math.min(Math.ceil(lane.turnedAway / this.#width), MOST_PAUSES) };
    }
    lane.active += 1;
    lane.turnedAway = Math.max(0, lane.turnedAway - 1);
    this.#lanes.set(origin, lane);
    return { leave: () => this.#leave(origin, lane) };
  }

  #leave(origin: string, lane: Lane): void {
    lane.active -= 1;
    if (lane.active === 0) this.#lanes.delete(origin);
  }
}
