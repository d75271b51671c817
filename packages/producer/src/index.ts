export type { Problem } from '@kieq/kie';
export type { ArchivedFile } from '@kieq/ledger';
export type { GenerationOptions, IgnoredField } from '@kieq/queue';
export type { GenerationTracer, Span, SpanOptions, Tracer } from '@kieq/telemetry';
export { PRODUCER_ERROR_CODES, ProducerError, type ProducerErrorCode } from './errors.ts';
export type { GenerationView } from './generation-view.ts';
export type { EventOptions, GenerationEvent, GenerationHandle, ResultOptions } from './handle.ts';
export {
  createProducer,
  type Enqueued,
  type EnqueuedItem,
  type GenerationRequest,
  type Producer,
  type ProducerOptions,
} from './producer.ts';
