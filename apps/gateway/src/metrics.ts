import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '@kieq/ledger';
import { cached, createWorkforceMetrics, readStatus, type Queues } from '@kieq/queue';
import type { Counter, Gauge, Histogram, Logger, Metrics } from '@kieq/telemetry';
import { ApiError } from './api-error.ts';

/** From an immediate callback to one that Kie has repeated for hours. */
const AGE_BUCKETS_S = [0.1, 0.3, 1, 3, 10, 30, 60, 300, 1800, 7200, 86_400];

/** Metrics of a gateway process; labels are closed sets. */
export interface GatewayMetrics {
  /** Served at `/metrics`. */
  readonly registry: Metrics['registry'];
  readonly requests: Counter<'route' | 'status'>;
  readonly requestSeconds: Histogram<'route'>;
  readonly created: Counter<'api' | 'outcome'>;
  readonly callbacks: Counter<'outcome'>;
  readonly callbackAgeSeconds: Histogram<never>;
  readonly eventStreams: Gauge<never>;
  readonly waiting: Gauge<never>;
  readonly refusals: Counter<'limit'>;
  /** Counts the error if it reports that a limit was reached; ignores other errors. */
  refused(error: unknown, limit: LimitName): void;
}

/** Limits that a request or connection can exceed. */
type LimitName = 'connections' | 'lookups' | 'bodies' | 'forms' | 'events' | 'waits' | 'wrong-keys';

const OVER_LIMIT = new Set<unknown>(['unavailable', 'too_slow', 'body_too_large', 'rate_limited']);

export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  const refusals = metrics.counter({
    name: 'gateway_refusals_total',
    help: 'Requests and connections refused by a limit: connections, lookups, bodies, forms, events, waits, wrong-keys',
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
      help: 'Responses by route pattern and HTTP status',
      labels: ['route', 'status'],
    }),
    requestSeconds: metrics.histogram({
      name: 'gateway_request_seconds',
      help: 'Time from the start of a request to the end of its response, without event streams and waiting responses',
      labels: ['route'],
    }),
    created: metrics.counter({
      name: 'gateway_creates_total',
      help: 'Create requests by API and outcome: created, exists, invalid, conflict, unavailable',
      labels: ['api', 'outcome'],
    }),
    callbacks: metrics.counter({
      name: 'gateway_callbacks_total',
      help: 'Callbacks of Kie by outcome: hinted, claimed, settled, foreign, no_task, too_many, unknown, forged, stale, malformed',
      labels: ['outcome'],
    }),
    callbackAgeSeconds: metrics.histogram({
      name: 'gateway_callback_age_seconds',
      help: 'Time from the end of a task, as its callback states it, to the arrival of the callback',
      buckets: AGE_BUCKETS_S,
    }),
    eventStreams: metrics.gauge({ name: 'gateway_event_streams', help: 'Open event streams' }),
    waiting: metrics.gauge({
      name: 'gateway_waiting_responses',
      help: 'Responses that wait for the end of a generation',
    }),
  };
}

/**
 * The pool is read at most once in this time for all gauges and scrapers, and a scrape waits at most this long, in ms.
 */
const REFRESH_MS = 2000;

interface Watched {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly logger: Logger;
}

/** Adds the metrics of the workers of the pool. Gateways report them, since absent workers cannot. */
export function tellOfWorkers(metrics: Metrics, { ledger, queues, logger }: Watched): void {
  const readPool = () =>
    readStatus(ledger, queues).catch((error: unknown) => {
      logger.debug({ err: error }, 'The pool could not be read for its metrics; this scrape lacks them.');
      return undefined;
    });
  const timeout = () => sleep(REFRESH_MS, undefined, { ref: false });
  createWorkforceMetrics(
    metrics,
    cached(() => Promise.race([readPool(), timeout()]), REFRESH_MS),
  );
}
