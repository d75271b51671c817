/** Values of a span's attributes; absent ones are omitted. Never a secret, a prompt or an address. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /** Default `internal`: work of this process. */
  readonly kind?: 'internal' | 'client' | 'producer';
  readonly attributes?: Attributes;
  /** When it began, in epoch ms. Default: now. */
  readonly startedMs?: number;
}

/** A span that is open. */
export interface Span {
  set(attributes: Attributes): void;
}

/** Writes spans of one generation, all into one trace, in every process. */
export interface GenerationTracer {
  /** Runs work within a span; an error is recorded by its class and rethrown. */
  span<Value>(name: string, options: SpanOptions, work: (span: Span) => Promise<Value>): Promise<Value>;
  /** Records a span whose work is over already. */
  past(name: string, options: SpanOptions & { readonly startedMs: number }): void;
  /** Records the span above all others, from creation to end; written once, by the process that learns of the end. */
  whole(options: { readonly startedMs: number; readonly attributes?: Attributes }): void;
}

export interface Tracer {
  /**
   * @param generation its id, from which the trace id is derived
   * @param traceparent of the caller, by W3C Trace Context: then the generation is a part of the caller's trace. A
   *   malformed one counts as none
   */
  of(generation: string, traceparent?: string): GenerationTracer;
  /** Sends the remaining spans; resolves within two seconds, whatever the collector does. */
  close(): Promise<void>;
}

const NO_SPAN: Span = { set: () => undefined };

export const NO_GENERATION_TRACER: GenerationTracer = {
  span: (_name, _options, work) => work(NO_SPAN),
  past: () => undefined,
  whole: () => undefined,
};

/** The tracer without a collector: costs nothing and loads nothing. */
export const NO_TRACER: Tracer = { of: () => NO_GENERATION_TRACER, close: () => Promise.resolve() };
