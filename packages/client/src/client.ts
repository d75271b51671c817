import { enqueueMany } from './batch.ts';
import { enqueue } from './create.ts';
import type { EnqueuedItem } from './enqueued-item.ts';
import { invalidOption, KieqError, withDetails } from './error.ts';
import { checkGateway, Http } from './http.ts';
import { isFields } from './shapes.ts';
import { SYSTEM, type Tools } from './tools.ts';
import type { EnqueueItem, InputOf, ModelName } from './inputs.ts';
import type { Created, EnqueueOptions, Fetch, GenerateOptions, Generation, WaitOptions } from './types.ts';
import { readImage, type ImageFile, type UploadedImage } from './upload.ts';
import { checkedId, checkTimeout, read, waitForEnd } from './wait.ts';

export interface ClientOptions {
  /** Address of the gateway, such as `https://kieq.example.com`. */
  readonly url: string;
  /** A key of `GATEWAY_API_KEYS`. @default none, for a gateway without keys on this machine */
  readonly apiKey?: string | undefined;
  /** @default the global one */
  readonly fetch?: Fetch | undefined;
  /** Longest time for one try of a call, in ms; 240 000 for calls with images. @default 60 000 */
  readonly timeoutMs?: number | undefined;
  /** Tries after the first one, after a network error, 429, 502, 503 or 504. @default 4 */
  readonly maxRetries?: number | undefined;
}

/** A call with a signal that stops it. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A gateway of kieq. Every method rejects with `KieqError`. */
export interface Client {
  /**
   * Creates a generation, waits until it has succeeded, and gives it with its `resultUrls`.
   * @throws KieqError `generation_failed`, `generation_cancelled`, `generation_dead`, each with the `generation`; those of
   *   `enqueue` and `wait`
   */
  generate<Model extends ModelName>(
    model: Model,
    input: InputOf<Model>,
    options?: GenerateOptions,
  ): Promise<Generation>;
  /**
   * Creates a generation and gives its id. The call always has an idempotency key and is repeated with it, so a request
   * whose response was lost is created and paid once.
   * @throws KieqError; where its `money` is `unknown`, repeat the call with the `idempotencyKey` of the error
   */
  enqueue<Model extends ModelName>(model: Model, input: InputOf<Model>, options?: EnqueueOptions): Promise<Created>;
  /**
   * Creates many, in as many calls as the gateway needs, and answers each for itself, in their order.
   * @throws KieqError `invalid_options` before anything is sent; later errors are in the answers
   */
  enqueueMany<Model extends ModelName>(
    items: readonly EnqueueItem<Model>[],
    options?: CallOptions,
  ): Promise<EnqueuedItem[]>;
  /** Reads a generation. @throws KieqError `not_found` */
  get(id: string, options?: CallOptions): Promise<Generation>;
  /**
   * Waits until a generation has ended, whatever its end, and gives it. Cut event streams are resumed; without streams
   * the generation is polled.
   * @throws KieqError `timeout`, `aborted`; `unreachable` after five minutes without any response. The generation goes on
   */
  wait(id: string, options?: WaitOptions): Promise<Generation>;
  /**
   * Cancels a generation that is still queued; repeating it is harmless.
   * @throws KieqError `too_late` once it was submitted: Kie cannot recall a task
   */
  cancel(id: string, options?: CallOptions): Promise<{ readonly id: string; readonly state: 'cancelled' }>;
  /**
   * Makes an image usable in an input, where its link would stand. Nothing is sent until a call creates a generation with
   * it. JPEG, PNG and WebP, at most 10 MB.
   * @throws KieqError `invalid_options` for no bytes, or too many
   */
  upload(file: ImageFile): Promise<UploadedImage>;
}

/**
 * A client of a gateway. It keeps no connection of its own and needs no closing.
 * @throws KieqError `invalid_options`
 */
export function createClient(options: ClientOptions): Client {
  return createClientWith(options, SYSTEM);
}

/**
 * With another clock, chance and pause.
 * @internal
 */
export function createClientWith(options: ClientOptions, tools: Tools): Client {
  const { timeoutMs = 60_000, maxRetries = 4, fetch = tools.fetch } = options;
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31))
    throw invalidOption('timeoutMs', 'must be 1 to 2147483647', String(timeoutMs));
  if (!Number.isInteger(maxRetries) || maxRetries < 0 || maxRetries > 20)
    throw invalidOption('maxRetries', 'must be a whole number from 0 to 20', String(maxRetries));
  const gateway = { ...checkGateway(options.url, options.apiKey), timeoutMs, maxRetries };
  const http = new Http(gateway, { ...tools, fetch });
  return {
    generate: (model, input, more) => generate(http, model, input, more ?? {}),
    enqueue: async (model, input, more) => enqueue(http, model, input, more ?? {}),
    enqueueMany: (items, more) => enqueueMany(http, items, more?.signal),
    get: (id, more) => read(http, id, more?.signal),
    wait: (id, more) => waitForEnd(http, id, more ?? {}),
    cancel: (id, more) => cancel(http, id, more?.signal),
    upload: readImage,
  };
}

async function generate(
  http: Http,
  model: string,
  input: unknown,
  { onUpdate, timeoutMs, signal, ...options }: GenerateOptions,
): Promise<Generation> {
  checkTimeout(timeoutMs);
  const created = await enqueue(http, model, input, { ...options, signal });
  const { id, idempotencyKey, state } = created;
  onUpdate?.({ id, state });
  try {
    const generation = await waitForEnd(http, id, { onUpdate, timeoutMs, signal }, state);
    if (generation.state === 'succeeded') return generation;
    throw endError(generation);
  } catch (error) {
    throw error instanceof KieqError ? withDetails(error, { idempotencyKey }) : error;
  }
}

/** An end without a video. */
function endError(generation: Generation): KieqError {
  const { id, state, failMsg, deadLetter } = generation;
  const code = ENDS[state] ?? `generation_${state}`;
  const reason = failMsg ?? deadLetter?.summary;
  const message = `Generation ${id} is ${state}${reason === undefined ? '' : `: ${reason}`}`;
  return new KieqError(code, message, { id, generation, money: 'exists' });
}

const ENDS: Readonly<Record<string, string>> = {
  failed: 'generation_failed',
  cancelled: 'generation_cancelled',
  dead: 'generation_dead',
};

async function cancel(
  http: Http,
  id: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly id: string; readonly state: 'cancelled' }> {
  const path = `/v1/generations/${checkedId(id)}`;
  const body = await http.json({ method: 'DELETE', path, signal });
  if (isFields(body) && body['state'] === 'cancelled') return { id, state: 'cancelled' };
  throw new KieqError('unexpected_response', 'The response does not say that the generation is cancelled.', { id });
}
