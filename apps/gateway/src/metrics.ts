import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '@kieq/ledger';
import { cached, createWorkforceMetrics, readStatus, type Queues } from '@kieq/queue';
import type { Counter, Gauge, Histogram, Logger, Metrics } from '@kieq/telemetry';
import { ApiError } from './api-error.ts';

/** From a callback at once to one that was sent again and again. */
const AGE_BUCKETS_S = [0.1, 0.3, 1, 3, 10, 30, 60, 300, 1800, 7200, 86_400];

/** What a gateway process counts; labels are closed sets. */
export interface GatewayMetrics {
  /** Served at `/metrics`. */
  readonly registry: Metrics['registry'];
  readonly requests: Counter<'route' | 'status'>;
  readonly requestSeconds: Histogram<'route'>;
  readonly created: Counter<'api' | 'outcome'>;
  readonly callbacks: Counter<'outcome'>;
  readonly callbackAgeSeconds: Histogram<never>;
  readonly eventStreams: Gauge<never>;
  readonly refusals: Counter<'limit'>;
  /** Counts an error that says that a limit was reached; nothing else. */
  refused(error: unknown, limit: LimitName): void;
}

/** What there was too much of, or what came too slowly. */
type LimitName = 'connections' | 'lookups' | 'bodies' | 'forms' | 'events' | 'wrong-keys';

const OVER_LIMIT = new Set<unknown>(['unavailable', 'too_slow', 'body_too_large', 'rate_limited']);

export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  const refusals = metrics.counter({
    name: 'gateway_refusals_total',
    help: 'Requests and connections beyond a limit: connections, lookups, bodies, forms, events, wrong-keys',
    labels: ['limit'],
  });
  return {
    refusals,
    refused(error, limit) {
      if (error instanceof ApiError && OVER_LIMIT.has(error.code)) refusals.inc({ limit });
    },
    registry: metrics.registry,
    requests: metrics.counter({
      name: 'gateway_requests_total',
      help: 'Answers by route pattern and HTTP status',
      labels: ['route', 'status'],
    }),
    requestSeconds: metrics.histogram({
      name: 'gateway_request_seconds',
      help: 'From the request to the end of its answer, without event streams',
      labels: ['route'],
    }),
    created: metrics.counter({
      name: 'gateway_creates_total',
      help: 'Requests for a generation: created, exists, invalid, conflict, unavailable',
      labels: ['api', 'outcome'],
    }),
    callbacks: metrics.counter({
      name: 'gateway_callbacks_total',
      help: 'Callbacks of Kie: hinted, claimed, settled, foreign, no_task, too_many, unknown, forged, stale, malformed',
      labels: ['outcome'],
    }),
    callbackAgeSeconds: metrics.histogram({
      name: 'gateway_callback_age_seconds',
      help: "From the end of a task, as its callback says, to the callback's arrival",
      buckets: AGE_BUCKETS_S,
    }),
    eventStreams: metrics.gauge({ name: 'gateway_event_streams', help: 'Open event streams' }),
  };
}

/** However many gauges and scrapers ask, the pool is read once in this time, and nobody waits longer for it. */
const REFRESH_MS = 2000;

interface Watched {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly logger: Logger;
}

/** Whether anybody works on the pool: where no worker runs, none tells it, so gateways do. */
export function tellOfWorkers(metrics: Metrics, { ledger, queues, logger }: Watched): void {
  const look = () =>
    readStatus(ledger, queues).catch((error: unknown) => {
      logger.debug({ err: error }, 'the pool could not be read for metrics');
      return undefined;
    });
  const patience = () => sleep(REFRESH_MS, undefined, { ref: false });
  createWorkforceMetrics(
    metrics,
    cached(() => Promise.race([look(), patience()]), REFRESH_MS),
  );
}
