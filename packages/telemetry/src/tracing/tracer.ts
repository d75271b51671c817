/** Values of a span's attributes; absent ones are left out. Never a secret, a prompt or an address. */
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

/** Writes spans of one generation, all into one trace, whichever process writes them. */
export interface GenerationTracer {
  /** Runs work within a span; an error is noted by its class and thrown on. */
  span<Value>(name: string, options: SpanOptions, work: (span: Span) => Promise<Value>): Promise<Value>;
  /** A span whose work is over already. */
  past(name: string, options: SpanOptions & { readonly startedMs: number }): void;
  /** The span above all others, from creation to end; written once, by the process that learns of the end. */
  whole(options: { readonly startedMs: number; readonly attributes?: Attributes }): void;
}

export interface Tracer {
  /**
   * @param generation its id, from which the trace has its own
   * @param traceparent of the caller, by W3C Trace Context: then the generation is a part of the caller's trace.
   *   One that is malformed counts as none
   */
  of(generation: string, traceparent?: string): GenerationTracer;
  /** Sends what is still here; resolves within two seconds, whatever the collector does. */
  close(): Promise<void>;
}

const NO_SPAN: Span = { set: () => undefined };

export const NO_GENERATION_TRACER: GenerationTracer = {
  span: (_name, _options, work) => work(NO_SPAN),
  past: () => undefined,
  whole: () => undefined,
};

/** Where no collector is configured: costs nothing and loads nothing. */
export const NO_TRACER: Tracer = { of: () => NO_GENERATION_TRACER, close: () => Promise.resolve() };
