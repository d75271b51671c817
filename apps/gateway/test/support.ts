import { setMaxListeners } from 'node:events';
import type { FastifyInstance } from 'fastify';
import { createKieClient } from '@kieq/kie';
import { createProducer } from '@kieq/producer';
import { createOutbound } from '@kieq/outbound';
import { openQueues } from '@kieq/queue';
import { createConnection } from '@kieq/redis';
import { createLedger } from '@kieq/ledger';
import { createMetrics, createScrubber, NO_TRACER, silentLogger } from '@kieq/telemetry';
import { expect, onTestFinished } from 'vitest';
import { TEST_KEY, type PoolFixture } from '../../../packages/testkit/src/pool.ts';
import { createApp } from '../src/app.ts';
import { createCallersTrace } from '../src/callers-trace.ts';
import type { GatewayDeps, GatewaySettings } from '../src/deps.ts';
import { DEFAULT_LIMITS, type GatewayLimits } from '../src/limits.ts';
import { createGatewayMetrics, tellOfWorkers } from '../src/metrics.ts';
import { closeDeps } from '../src/shutdown.ts';
import { undescribed } from './described.ts';

export interface GatewayFixtureOptions extends Partial<Omit<GatewaySettings, 'limits'>> {
  /** Over the defaults. */
  readonly limits?: Partial<GatewayLimits>;
  readonly pool: PoolFixture;
  /** As `KIEQ_DEDUPE_WINDOW_MS`. Default 0. */
  readonly dedupeWindowMs?: number;
  /** Redis as the gateway sees it, such as a proxy. Default the pool's. */
  readonly redisUrl?: string;
  /** Known secrets. */
  readonly secrets?: readonly string[];
  /** Over everything that the fixture makes. */
  readonly deps?: Partial<GatewayDeps>;
}

/** A gateway of a pool in this process, listening on a free port of 127.0.0.1; it ends with the test. */
export interface GatewayFixture {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly deps: GatewayDeps;
  /**
   * Asks over HTTP: `path` below the address, a body as JSON (a string or bytes as they are), `key` as bearer. Whatever
   * a route answers must be as `/openapi.json` says.
   */
  ask(path: string, options?: AskOptions): Promise<Asked>;
  /** As SIGTERM: event streams end. The gateway itself ends with the test. */
  stop(): void;
}

export interface AskOptions {
  readonly method?: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON, or the text where there is none. */
  readonly body: ReturnType<typeof JSON.parse>;
}

/** For tests with two tenants and an operator. */
export const KEYS = [
  { key: 'key-of-a', tenant: 'a' },
  { key: 'key-of-b', tenant: 'b' },
  { key: 'key-of-op', tenant: '*' },
] as const;

export async function startGateway(options: GatewayFixtureOptions): Promise<GatewayFixture> {
  const {
    pool,
    redisUrl = pool.redis.url,
    dedupeWindowMs = 0,
    secrets = [],
    deps: given,
    limits,
    ...settings
  } = options;
  const { prefix } = pool.redis;
  const redis = createConnection({ url: redisUrl, role: 'producer' });
  const ledger = createLedger({ redis, prefix });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const callersTrace = createCallersTrace();
  const traceparent = (): string | undefined => callersTrace.current();
  const producer = await createProducer({ redis: redisUrl, prefix, dedupeWindowMs, traceparent });
  // Only now: until the connection is there it carries nothing.
  const queues = openQueues(redis, prefix);
  const metrics = createMetrics();
  tellOfWorkers(metrics, { ledger, queues, logger: silentLogger() });
  const deps: GatewayDeps = {
    producer,
    ledger,
    queues,
    prefix,
    redis,
    kie: createKieClient({ apiKey: TEST_KEY, baseUrl: pool.simulator.url, uploadUrl: pool.simulator.url }),
    outbound: createOutbound({ allowPrivate: settings.allowPrivateUrls ?? true }),
    // The pool closes its stores.
    uploads: { ...pool.uploads, close: () => Promise.resolve() },
    archive: { ...pool.archiveStore, close: () => Promise.resolve() },
    logger: silentLogger(),
    tracer: NO_TRACER,
    callersTrace,
    metrics: createGatewayMetrics(metrics),
    timings: pool.timings,
    settings: {
      keys: undefined,
      rateLimitPerMinute: 0,
      allowPrivateUrls: true,
      heartbeatMs: 15_000,
      takesCallbacks: true,
      keyIdSecret: TEST_KEY,
      uploadQuotaBytes: 1024 ** 3,
      ...settings,
      limits: { ...DEFAULT_LIMITS, ...limits },
    },
    scrub: createScrubber(secrets),
    stopping: stop.signal,
    ...given,
  };
  const app = await createApp(deps);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    stop.abort();
    await app.close();
    await closeDeps(deps);
  });
  const askDescribed: GatewayFixture['ask'] = async (path, asked = {}) => {
    const answer = await ask(`${url}${path}`, asked);
    const contentType = answer.headers.get('content-type');
    expect(undescribed(app, { method: methodOf(asked), path, ...answer, contentType })).toBeUndefined();
    return answer;
  };
  return { url, app, deps, ask: askDescribed, stop: () => stop.abort() };
}

function methodOf({ method, body }: AskOptions): string {
  return method ?? (body === undefined ? 'GET' : 'POST');
}

async function ask(url: string, options: AskOptions): Promise<Asked> {
  const { key, body, headers, signal } = options;
  const isRaw =
    body === undefined || typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData;
  const answer = await fetch(url, {
    method: methodOf(options),
    headers: {
      ...(isRaw ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: answer.status, headers: answer.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
}
