import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span as OtelSpan,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
  type IdGenerator,
} from '@opentelemetry/sdk-trace-base';
import { agentsThrough, NO_PROXIES } from '@kieq/proxy';
import { traceIds, type TraceIds } from './trace-ids.ts';
import {
  NO_GENERATION_TRACER,
  type Attributes,
  type GenerationTracer,
  type SpanOptions,
  type Tracer,
} from './tracer.ts';
import type { TracingOptions } from './tracing-options.ts';

const CLOSE_MS = 2000;
const EXPORT_TIMEOUT_MS = 10_000;
const KINDS = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER } as const;

/** Loaded only where tracing is on. */
export function createOtelTracer(options: TracingOptions & { readonly endpoint: string }): Tracer {
  const { endpoint, headers, service, instance, ratio = 1, proxies = NO_PROXIES, onProblem } = options;
  const agents = agentsThrough(proxies, { keepAlive: true, tunnelMs: EXPORT_TIMEOUT_MS });
  const silent = (): void => undefined;
  const report = (message: string): void => onProblem?.(message);
  diag.setLogger({ error: report, warn: silent, info: silent, debug: silent, verbose: silent }, DiagLogLevel.ERROR);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: EXPORT_TIMEOUT_MS,
    httpAgentOptions: (protocol) => (protocol === 'https:' ? agents.https : agents.http),
  });
  const ids = new ChosenIds();
  const provider = new BasicTracerProvider({
    idGenerator: ids,
    resource: resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const spans = provider.getTracer('kieq');
  const start = (name: string, { kind = 'internal', attributes, startedMs }: SpanOptions, parent: Context): OtelSpan =>
    spans.startSpan(
      name,
      {
        kind: KINDS[kind],
        attributes: present(attributes),
        ...(startedMs === undefined ? {} : { startTime: startedMs }),
      },
      parent,
    );
  return {
    of(generation, traceparent) {
      const place = traceIds(generation, traceparent, ratio);
      if (!place.isSampled) return NO_GENERATION_TRACER;
      return tracerOf(generation, place, start, ids);
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

type Start = (name: string, options: SpanOptions, parent: Context) => OtelSpan;

function tracerOf(generation: string, place: TraceIds, start: Start, ids: ChosenIds): GenerationTracer {
  const { traceId, wholeId, callerId } = place;
  const below = (spanId: string): Context =>
    trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });
  const named = (attributes: Attributes | undefined): Attributes => ({ 'kieq.generation': generation, ...attributes });
  return {
    async span(name, options, work) {
      const span = start(name, { ...options, attributes: named(options.attributes) }, below(wholeId));
      try {
        return await work({ set: (attributes) => span.setAttributes(present(attributes)) });
      } catch (error) {
        // Only its class: a message may contain text of a caller.
        const message = error instanceof Error ? error.name : typeof error;
        span.setStatus({ code: SpanStatusCode.ERROR, message });
        throw error;
      } finally {
        span.end();
      }
    },
    past(name, options) {
      start(name, { ...options, attributes: named(options.attributes) }, below(wholeId)).end();
    },
    whole({ startedMs, attributes }) {
      const parent = callerId === undefined ? ROOT_CONTEXT : below(callerId);
      const span = ids.with({ traceId, spanId: wholeId }, () =>
        start('kieq.generation', { startedMs, attributes: named(attributes) }, parent),
      );
      span.end();
    },
  };
}

function present(attributes: Attributes = {}): Record<string, string | number | boolean> {
  const pairs = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(pairs);
}

/** Random ids, except for the span of a whole generation, whose id every process can derive. */
class ChosenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #chosen: { readonly traceId: string; readonly spanId: string } | undefined;

  generateTraceId = (): string => this.#chosen?.traceId ?? this.#random.generateTraceId();
  generateSpanId = (): string => this.#chosen?.spanId ?? this.#random.generateSpanId();

  /** Spans that `make` starts have these ids. */
  with<Value>(chosen: { readonly traceId: string; readonly spanId: string }, make: () => Value): Value {
    this.#chosen = chosen;
    try {
      return make();
    } finally {
      this.#chosen = undefined;
    }
  }
}
