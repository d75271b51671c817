import type { Counter, Gauge, Histogram, Metrics } from '@kieq/telemetry';

/** What a gateway process counts; labels are closed sets. */
export interface GatewayMetrics {
  /** Served at `/metrics`. */
  readonly registry: Metrics['registry'];
  readonly requests: Counter<'route' | 'status'>;
  readonly requestSeconds: Histogram<'route'>;
  readonly created: Counter<'api' | 'outcome'>;
  readonly eventStreams: Gauge<never>;
}

export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  return {
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
    eventStreams: metrics.gauge({ name: 'gateway_event_streams', help: 'Open event streams' }),
  };
}
