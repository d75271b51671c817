import { isEnded } from '@kieq/domain';
import { eventsSince, isLater, type Ledger, type LedgerEvent } from '@kieq/ledger';
import { addDelivery, type Queues } from '@kieq/queue';
import { ProducerError } from './errors.ts';
import type { EventHub } from './event-hub.ts';
import { viewOf, type GenerationView } from './generation-view.ts';

/** One change of a generation. */
export interface GenerationEvent {
  /** Its position in the pool's stream, to resume after; absent on the first one, which has the current state. */
  readonly id?: string;
  readonly state: string;
  /** What happened: `created`, `admitted`, `accepted`, `refused`, `lost`, `verdict`, `dead`, … */
  readonly event: string;
}

export interface ResultOptions {
  /** How long to wait, in ms. Default: indefinitely. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface EventOptions {
  readonly signal?: AbortSignal;
  /** Id of the last event that was seen. */
  readonly after?: string;
}

/** A generation, as its caller holds it. */
export interface GenerationHandle {
  readonly id: string;
  /** @throws ProducerError `not_found` when it was purged or never existed, `redis_unavailable` */
  status(): Promise<GenerationView>;
  /**
   * Waits until it has ended (also dead: an operator may still resume it) and gives its last view.
   * @throws ProducerError `timeout`, `not_found`, `redis_unavailable`; the signal's reason when aborted
   */
  result(options?: ResultOptions): Promise<GenerationView>;
  /** Cancels it while it is queued; afterwards resolves with `too_late` and its state, since Kie has no cancel. */
  cancel(): Promise<
    { readonly cancelled: true } | { readonly cancelled: false; readonly reason: 'too_late'; readonly state: string }
  >;
  /**
   * Its changes until it ends or the signal aborts. Without `after` the first one is `now`, the current state; with
   * it those that were missed come first, as far as the pool still has them (about its last 10 000 events).
   * @throws ProducerError `not_found`, `redis_unavailable`
   */
  events(options?: EventOptions): AsyncGenerator<GenerationEvent>;
}

interface Following extends Pick<HandleTools, 'ledger' | 'hub' | 'guard'> {
  readonly id: string;
  readonly status: () => Promise<GenerationView>;
}

/** Longest time between two reads of the state while waiting, in case an event was missed. */
const REREAD_MS = 10_000;

/** What all handles of a producer share. */
export interface HandleTools {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly hub: EventHub;
  readonly guard: <V>(call: () => Promise<V>) => Promise<V>;
}

export function createHandle({ ledger, queues, hub, guard }: HandleTools, id: string): GenerationHandle {
  const status = async (): Promise<GenerationView> => {
    const record = await guard(() => ledger.read.generation(id));
    if (record === undefined) throw new ProducerError('not_found', `there is no generation ${id}`);
    return viewOf(record);
  };
  return {
    id,
    status,
    result: (options = {}) => waitForEnd(hub, guard, id, status, options),
    async cancel() {
      const reply = await guard(() => ledger.cancel(id));
      if (reply.kind === 'missing') throw new ProducerError('not_found', `there is no generation ${id}`);
      if (reply.kind === 'too_late') return { cancelled: false, reason: 'too_late', state: reply.state };
      // Its end is delivered like any other; if this fails, the sweeper adds the job.
      await guard(() => addDelivery(queues, id, reply.delivery)).catch(() => undefined);
      return { cancelled: true };
    },
    events: (options = {}) => follow({ ledger, hub, guard, id, status }, options),
  };
}

async function waitForEnd(
  hub: EventHub,
  guard: <V>(call: () => Promise<V>) => Promise<V>,
  id: string,
  status: () => Promise<GenerationView>,
  { timeoutMs, signal }: ResultOptions,
): Promise<GenerationView> {
  const bell = new Bell();
  const unsubscribe = await guard(() => hub.subscribe(id, () => bell.ring()));
  const endsAt = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const view = await status();
      if (isEnded(view.state)) return view;
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0)
        throw new ProducerError('timeout', `generation ${id} is still ${view.state} after ${timeoutMs} ms`);
      await bell.wait(Math.min(leftMs, REREAD_MS), signal);
    }
  } finally {
    unsubscribe();
  }
}

async function* follow(
  { ledger, hub, guard, id, status }: Following,
  { signal, after }: EventOptions,
): AsyncGenerator<GenerationEvent> {
  const bell = new Bell();
  const pending: LedgerEvent[] = [];
  const unsubscribe = await guard(() =>
    hub.subscribe(id, (event) => {
      pending.push(event);
      bell.ring();
    }),
  );
  try {
    let { state }: { state: string } = await status();
    let last = after ?? '0-0';
    if (after === undefined) yield { state, event: 'now' };
    // Missed ones come first; events that arrive meanwhile may be among them.
    else pending.unshift(...(await guard(() => eventsSince(ledger.redis, ledger.root, after, id))));
    while (signal?.aborted !== true) {
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
        if (!isLater(next.id, last)) continue;
        ({ id: last, state } = next);
        yield { id: next.id, state, event: next.event };
      }
      if (ENDED.has(state)) return;
      await bell.wait(REREAD_MS, signal);
      if (pending.length > 0) continue;
      // No event for long: events may have been lost, perhaps with Redis' memory, so the state is read.
      const current = await status().then(({ state: now }) => now, whileAway(state));
      if (current !== state) yield { state: current, event: 'now' };
      state = current;
    }
  } finally {
    unsubscribe();
  }
}

/** While Redis is unavailable the state is unknown: the last known one stays. */
function whileAway(state: string): (error: unknown) => string {
  return (error) => {
    if (error instanceof ProducerError && error.code === 'redis_unavailable') return state;
    throw error;
  };
}

const ENDED = new Set(['succeeded', 'failed', 'cancelled', 'dead']);

/** Wakes one waiter; a ring before the wait is not lost. */
class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (!this.#rung && signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        signal?.addEventListener('abort', wake, { once: true });
        this.#wake = wake;
      });
    }
    this.#rung = false;
    this.#wake = undefined;
  }
}
