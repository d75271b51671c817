import { timedGenerationId, TIMINGS } from '@kieq/domain';
import { createLedger, type CreateReply, type Ledger } from '@kieq/ledger';
import {
  addFirstVehicles,
  AS_SENT,
  checkRequest,
  ignoredInItem,
  ignoredInRequest,
  ledgerFields,
  openQueues,
  vehicleId,
  type CheckedRequest,
  type GenerationOptions,
  type IgnoredField,
  type Queues,
} from '@kieq/queue';
import {
  closeConnection,
  createConnection,
  isUnavailable,
  RedisClusterError,
  RedisUrlError,
  sendTogether,
  waitForPool,
  type RedisClient,
} from '@kieq/redis';
import { NO_TRACER, type Tracer } from '@kieq/telemetry';
import { invalidRequest, ProducerError } from './errors.ts';
import { EventHub } from './event-hub.ts';
import { createHandle, type GenerationHandle } from './handle.ts';
import { drawBytes } from './random-pool.ts';
import { traced, tracedPut } from './tracing.ts';
import { warnOnce } from './warn-once.ts';

/** The body of createTask: `model` and `input` (docs/kie/api.md#create-a-task). */
export interface GenerationRequest {
  readonly model: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ProducerOptions {
  /** `redis://` or `rediss://` URL; Sentinel and Cluster as `redis+sentinel://…`, `redis+cluster://…` (@kieq/redis). */
  readonly redis: string;
  /** Key prefix of the pool with its hash tag. Default `{kieq}`. */
  readonly prefix?: string;
  /**
   * Equal requests of one tenant without an idempotency key are one generation within this time, in ms, unless the
   * earlier one failed, was cancelled or was invalid. Default 0: never.
   */
  readonly dedupeWindowMs?: number;
  /**
   * Called at each enqueue for the `traceparent` (W3C Trace Context) of the caller's current span: the generation becomes
   * part of that trace, up to its delivery. Default: a trace of its own.
   */
  readonly traceparent?: () => string | undefined;
  /** Writes a span for every enqueue: any object with these methods, around the tracing of the service. Default: none. */
  readonly tracer?: Tracer;
  /**
   * Called at each enqueue with each field that has no effect. Default: a warning of the process (`KieqWarning`), once for
   * each field.
   */
  readonly onWarning?: (warning: IgnoredField) => void;
}

export interface Enqueued extends GenerationHandle {
  /** False when the generation had been made before: by this idempotency key, or by an equal request in the window. */
  readonly created: boolean;
  /**
   * Fields of the request without effect, such as a misspelt `callBackUrl` or an option next to `model`; empty where all
   * have an effect.
   */
  readonly warnings: readonly IgnoredField[];
}

/** One item of `enqueueMany`: its handle, or why it was not enqueued; an invalid item does not affect the others. */
export type EnqueuedItem =
  | { readonly ok: true; readonly handle: Enqueued }
  | { readonly ok: false; readonly error: ProducerError };

export interface Producer {
  /**
   * Enqueues one generation; it returns when Redis holds it.
   * The same tenant and idempotency key return the same generation, also an ended or dead one.
   * @throws ProducerError `invalid_request`, `idempotency_conflict`: nothing was enqueued; `redis_unavailable`,
   *   `redis_refused`: it may be enqueued, so repeat the call with the same idempotency key
   */
  enqueue(request: GenerationRequest, options?: GenerationOptions): Promise<Enqueued>;
  /**
   * Enqueues many in few round trips; the results are in the order of the items.
   * @throws ProducerError `redis_unavailable`, `redis_refused`: then some may be enqueued; repeat with the same
   *   idempotency keys, and search first for those that had none
   */
  enqueueMany(
    items: readonly { readonly request: GenerationRequest; readonly options?: GenerationOptions }[],
  ): Promise<EnqueuedItem[]>;
  /** A handle for an id that was enqueued earlier, by any process. */
  get(id: string): GenerationHandle;
  close(): Promise<void>;
}

/**
 * Connects to the pool's Redis and fails fast.
 * @throws ProducerError `invalid_options`, `redis_unavailable`, `redis_refused`
 */
export async function createProducer(options: ProducerOptions): Promise<Producer> {
  const { redis, ledger, queues } = await connect(options);
  const hub = new EventHub(redis, () => createConnection({ url: options.redis, role: 'blocking' }), ledger.root);
  const handle = (id: string): GenerationHandle => createHandle({ ledger, queues, hub, guard }, id);
  const warn = options.onWarning ?? warnOnce();
  const warnOfEach = (warnings: readonly IgnoredField[]): readonly IgnoredField[] => {
    for (const warning of warnings) warn(warning);
    return warnings;
  };

  const put = (requests: readonly CheckedRequest[]): Promise<CreateReply[]> =>
    tracedPut(options.tracer ?? NO_TRACER, requests, () =>
      guard(() => enqueueAll(ledger, queues, requests, options.dedupeWindowMs ?? 0), MAY_BE_MADE),
    );
  return {
    async enqueue(request, generationOptions = {}) {
      const found = check(request, generationOptions);
      if (found instanceof ProducerError) throw found;
      const checked = traced(found, options.traceparent?.());
      const [reply] = await put([checked]);
      const item = itemOf(checked, reply, handle);
      if (!item.ok) throw item.error;
      return { ...item.handle, warnings: warnOfEach(ignoredInRequest(request)) };
    },
    async enqueueMany(items) {
      if (!Array.isArray(items))
        throw invalidRequest([{ field: 'items', rule: 'must be an array', received: typeof items }]);
      const traceparent = options.traceparent?.();
      const checked = items.map((item) => {
        const found = checkItem(item);
        return found instanceof ProducerError ? found : traced(found, traceparent);
      });
      const good = checked.filter((item): item is CheckedRequest => !(item instanceof ProducerError));
      const replies: CreateReply[] = [];
      for (let from = 0; from < good.length; from += TOGETHER)
        replies.push(...(await put(good.slice(from, from + TOGETHER))));
      const replyOf = new Map(good.map((item, i) => [item, replies[i]]));
      return checked.map((item, i) => {
        if (item instanceof ProducerError) return { ok: false, error: item };
        const made = itemOf(item, replyOf.get(item), handle);
        const given = items[i];
        const ignored = [...ignoredInItem(given), ...ignoredInRequest(given?.request)];
        return made.ok ? { ok: true, handle: { ...made.handle, warnings: warnOfEach(ignored) } } : made;
      });
    },
    get: handle,
    async close() {
      hub.close();
      await queues.close();
      await closeConnection(redis);
    },
  };
}

interface Pool {
  readonly redis: RedisClient;
  readonly ledger: Ledger;
  readonly queues: Queues;
}

async function connect({ redis: url, prefix = '{kieq}', dedupeWindowMs = 0 }: ProducerOptions): Promise<Pool> {
  if (!Number.isSafeInteger(dedupeWindowMs) || dedupeWindowMs < 0) {
    const rule = 'dedupeWindowMs must be a whole number of milliseconds, at least 0';
    throw new ProducerError('invalid_options', `${rule}, received ${dedupeWindowMs}`);
  }
  const redis = open(url);
  try {
    const ledger = createLedger({ redis, prefix });
    await guard(() => waitForPool(redis, prefix));
    return { redis, ledger, queues: openQueues(redis, prefix) };
  } catch (error) {
    await closeConnection(redis);
    if (error instanceof RangeError || error instanceof RedisClusterError)
      throw new ProducerError('invalid_options', error.message, { cause: error });
    throw error;
  }
}

function open(url: string): RedisClient {
  try {
    const redis = createConnection({ url, role: 'producer' });
    sendTogether(redis);
    return redis;
  } catch (error) {
    // Its message names the rule and contains no password.
    if (error instanceof RedisUrlError) throw new ProducerError('invalid_options', error.message, { cause: error });
    throw error;
  }
}

/** An item of a caller without types may be anything. */
function checkItem(item: unknown): CheckedRequest | ProducerError {
  if (typeof item !== 'object' || item === null) {
    return invalidRequest([{ field: '', rule: 'must be an object with request and options', received: String(item) }]);
  }
  return check(
    'request' in item ? item.request : undefined,
    'options' in item ? (item.options ?? {}) : {},
    AS_SENT in item ? item[AS_SENT] : undefined,
  );
}

function check(request: unknown, options: unknown, sent?: unknown): CheckedRequest | ProducerError {
  const checked = checkRequest(request, options, () => timedGenerationId(Date.now(), drawBytes(16)), sent);
  return checked.ok ? checked.value : invalidRequest(checked.problems);
}

/**
 * Requests of one call that are under way at a time: their memory is short-lived, and other work of this process gets its
 * turn in between.
 */
const TOGETHER = 100;

/** Created by this call, also where its first reply was lost and the client sent it again. */
function isOwn({ id }: CheckedRequest, reply: CreateReply | undefined): boolean {
  return reply?.kind === 'created' || (reply?.kind === 'exists' && reply.id === id && reply.state === 'queued');
}

/** The replies in the order of the requests. */
async function enqueueAll(
  ledger: Ledger,
  queues: Queues,
  requests: readonly CheckedRequest[],
  dedupeMs: number,
): Promise<CreateReply[]> {
  const create = (request: CheckedRequest, more: { dedupeMs?: number } = {}): Promise<CreateReply> =>
    ledger.create({
      ...ledgerFields(request),
      ...more,
      vehicle: vehicleId(request.id, 1),
      vehicleCheckMs: TIMINGS.vehicleCheckMs,
    });
  const isDeduped = ({ keyed }: CheckedRequest): boolean => dedupeMs > 0 && !keyed;
  // The job of a mapped request cannot make the record, so it is of no use before it.
  const isAddedLater = (request: CheckedRequest): boolean => request.mapped === true || isDeduped(request);
  const direct = requests.filter((request) => !isAddedLater(request));
  // Record and job are sent together on the same connection, the record first: one write, one round trip. The sweeper adds a
  // missing job to a record; a job without a record creates its record when a worker takes it.
  const creating = Promise.all(requests.map((request) => create(request, isDeduped(request) ? { dedupeMs } : {})));
  const adding = direct.length === 0 ? undefined : addFirstVehicles(queues, direct);
  const [replies] = await Promise.all([creating, adding]);
  // The job follows only once the record is known to be new: a job whose record was refused would create its own, and pay.
  const own = requests.filter((request, i) => isAddedLater(request) && isOwn(request, replies[i]));
  if (own.length > 0) await addFirstVehicles(queues, own);
  return replies;
}

function itemOf(
  { id }: CheckedRequest,
  reply: CreateReply | undefined,
  handle: (id: string) => GenerationHandle,
): { readonly ok: true; readonly handle: Omit<Enqueued, 'warnings'> } | Extract<EnqueuedItem, { ok: false }> {
  if (reply === undefined)
    return { ok: false, error: new ProducerError('redis_unavailable', `Redis did not respond; ${MAY_BE_MADE}`) };
  if (reply.kind !== 'conflict')
    return { ok: true, handle: { ...handle(reply.id), created: reply.kind === 'created' } };
  const message = `idempotencyKey must not be used for another request; generation ${id} has it, and is ${reply.state}`;
  return { ok: false, error: new ProducerError('idempotency_conflict', message) };
}

/** Part of every error after an enqueue without a reply: read as "not enqueued", it would be repeated and paid twice. */
const MAY_BE_MADE =
  'the generation may be enqueued: repeat the call with the same idempotency key; without one, search for the ' +
  'generation first (kieq list), since a repetition enqueues another one, which is charged, too';

/**
 * Turns the errors of a Redis that is unavailable or refuses writes into typed ones; all others pass.
 * @param unknown what the caller must assume about the outcome
 */
async function guard<Value>(
  call: () => Promise<Value>,
  unknown = 'the command may have been executed',
): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && /^(OOM|READONLY|MISCONF|NOREPLICAS|NOPERM|NOAUTH|WRONGPASS) ?/.test(error.message)) {
      throw new ProducerError('redis_refused', `Redis refuses writes: ${error.message}; ${unknown}`, { cause: error });
    }
    if (!isUnavailable(error)) throw error;
    throw new ProducerError('redis_unavailable', `Redis is unavailable; ${unknown}`, { cause: error });
  }
}
