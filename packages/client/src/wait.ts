import { invalidOption, KieqError, withDetails } from './error.ts';
import type { Http } from './http.ts';
import { generationOf } from './shapes.ts';
import { followStream, type Place } from './stream.ts';
import { backoffMs, isAborted, linked } from './tools.ts';
import type { Generation, GenerationState, WaitOptions } from './types.ts';

/** Pause before a stream is opened again, in ms, unless the gateway asks for another one. */
const RECONNECT_MS = 2_000;
const RECONNECT_LIMIT_MS = 30_000;
/** Pauses between polls, in ms: they grow up to the last one. */
const POLL_MS = 2_000;
const POLL_LIMIT_MS = 10_000;
/** After this many streams in a row that brought nothing the generation is polled. */
const FRUITLESS_STREAMS = 2;
/** After this many polls a stream is tried again. */
const POLLS = 6;

const ENDS: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled', 'dead']);

/** Whether a generation in this state has ended; one that is `dead` may still be resumed by an operator. */
function isEnded(state: GenerationState): boolean {
  return ENDS.has(state);
}

/** @throws KieqError */
export async function read(http: Http, id: string, signal?: AbortSignal): Promise<Generation> {
  const path = `/v1/generations/${checkedId(id)}`;
  return generationOf(await http.json({ method: 'GET', path, signal }));
}

/** An id with a slash or dots would name another route. */
export function checkedId(id: string): string {
  if (typeof id === 'string' && /^[\w-]{1,200}$/.test(id)) return id;
  throw new KieqError('invalid_options', 'id must be the id of a generation, such as gen_…');
}

/**
 * A timer takes no longer time, and fires at once for it.
 * @throws KieqError `invalid_options`
 */
export function checkTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined || timeoutMs === Infinity) return;
  if (typeof timeoutMs === 'number' && timeoutMs >= 0 && timeoutMs < 2 ** 31) return;
  throw invalidOption('timeoutMs', 'must be 0 to 2147483647, or Infinity', String(timeoutMs));
}

/** Errors that do not say that there is such a generation. */
const UNSEEN: ReadonlySet<string> = new Set(['not_found', 'unauthorized', 'forbidden']);

/**
 * Waits until a generation has ended and gives it as it is then, whatever its end: by the gateway's event stream, which
 * is resumed after each cut, and by polls where no stream passes.
 * @throws KieqError `aborted`, `timeout`; `unreachable` and the like after five minutes in which no request succeeded;
 *   `not_found`, `unauthorized`, `forbidden` at once; `invalid_options`
 * @param seen the state that the caller knows already, having created the generation
 */
export async function waitForEnd(
  http: Http,
  id: string,
  options: WaitOptions,
  seen?: GenerationState,
): Promise<Generation> {
  const { timeoutMs, signal } = options;
  checkedId(id);
  checkTimeout(timeoutMs);
  const { controller, free } = linked(signal);
  const late = new Error('the time is over');
  const timer =
    timeoutMs === undefined || timeoutMs === Infinity ? undefined : setTimeout(() => controller.abort(late), timeoutMs);
  try {
    return await new Wait(http, id, { onUpdate: options.onUpdate, signal: controller.signal, seen }).end();
  } catch (error) {
    if (!(error instanceof KieqError)) throw error;
    const more = { id, money: 'exists' } as const;
    if (error.cause === late && !isAborted(signal))
      throw new KieqError('timeout', `Generation ${id} has not ended within ${timeoutMs} ms.`, more);
    const isUnseen = seen === undefined && UNSEEN.has(error.code);
    throw withDetails(error, isUnseen ? { id, money: 'unaffected' } : more);
  } finally {
    clearTimeout(timer);
    free();
  }
}

interface Watch {
  readonly onUpdate: WaitOptions['onUpdate'];
  readonly signal: AbortSignal;
  readonly seen: GenerationState | undefined;
}

/** One wait: streams while they bring something, polls in between. */
class Wait {
  readonly #http: Http;
  readonly #id: string;
  readonly #onUpdate: WaitOptions['onUpdate'];
  readonly #signal: AbortSignal;
  readonly #place: Place = { lastEventId: undefined, retryMs: undefined };
  #state: GenerationState | undefined;
  /** Streams in a row that brought nothing. */
  #fruitless = 0;
  /** When the gateway was heard last. */
  #heardAt: number;
  /** A stream has told the end, and no read has succeeded since. */
  #isEndUnread = false;

  constructor(http: Http, id: string, { onUpdate, signal, seen }: Watch) {
    this.#http = http;
    this.#id = id;
    this.#onUpdate = onUpdate;
    this.#signal = signal;
    this.#state = seen;
    this.#heardAt = http.tools.now();
  }

  async end(): Promise<Generation> {
    for (;;) {
      const ended = this.#fruitless < FRUITLESS_STREAMS ? await this.#stream() : await this.#poll();
      if (ended !== undefined) return ended;
    }
  }

  async #stream(): Promise<Generation | undefined> {
    const onState = (state: string): void => this.#see(state);
    // Streams that only repeat the end must not keep a wait alive whose reads fail.
    const onHeard = (): void => {
      if (!this.#isEndUnread) this.#heardAt = this.#http.tools.now();
    };
    const followed = { id: this.#id, place: this.#place, signal: this.#signal, onState, onHeard };
    const end = await followStream(this.#http, followed);
    if (end.kind === 'ended') {
      this.#isEndUnread = true;
      const generation = await this.#look(end.state);
      if (generation !== undefined) return generation;
      // An operator has resumed it meanwhile, or the gateway is away: the next stream begins with the state of now.
      this.#place.lastEventId = undefined;
    }
    if (end.kind === 'refused') this.#fruitless = FRUITLESS_STREAMS;
    else if (end.kind === 'cut' && end.heard) {
      this.#isEndUnread = false;
      this.#fruitless = 0;
    } else this.#fruitless += 1;
    if (this.#fruitless >= FRUITLESS_STREAMS) return undefined;
    await this.#pause(
      backoffMs(this.#fruitless, this.#place.retryMs ?? RECONNECT_MS, RECONNECT_LIMIT_MS, this.#random),
    );
    return undefined;
  }

  async #poll(): Promise<Generation | undefined> {
    for (let polls = 0; polls < POLLS; polls += 1) {
      const generation = await this.#look();
      if (generation !== undefined) return generation;
      await this.#pause(backoffMs(polls, POLL_MS, POLL_LIMIT_MS, this.#random));
    }
    // One fruitless stream leads back to polls.
    this.#fruitless = FRUITLESS_STREAMS - 1;
    return undefined;
  }

  /** Reads the generation; undefined while it has not ended, or while the gateway is away. */
  async #look(endState?: string): Promise<Generation | undefined> {
    try {
      const generation = await read(this.#http, this.#id, this.#signal);
      this.#heardAt = this.#http.tools.now();
      this.#isEndUnread = false;
      this.#see(generation.state);
      return isEnded(generation.state) || generation.state === endState ? generation : undefined;
    } catch (error) {
      const isOver = this.#http.tools.now() - this.#heardAt > this.#http.tools.outageMs;
      if (!(error instanceof KieqError) || !error.retryable || error.code === 'aborted' || isOver) throw error;
      return undefined;
    }
  }

  #see(state: GenerationState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#onUpdate?.({ id: this.#id, state });
  }

  #pause(ms: number): Promise<void> {
    return this.#http.pause(ms, this.#signal, 'exists');
  }

  readonly #random = (): number => this.#http.tools.random();
}
