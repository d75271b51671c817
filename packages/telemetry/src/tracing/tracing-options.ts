import type { Proxies } from '@kieq/proxy';

export interface TracingOptions {
  /**
   * Address of the collector, such as `http://127.0.0.1:4318`; spans go to `/v1/traces` below it. Without it nothing is
   * traced.
   */
  readonly endpoint: string | undefined;
  /** Headers of every request to the collector, such as its key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Proxies for calls to the collector. Default none. */
  readonly proxies?: Proxies | undefined;
  /** `service.name`. */
  readonly service: string;
  /** Identifies the process among several of the service. */
  readonly instance: string;
  /** Share of the generations whose traces are recorded, where no caller decides: 0 to 1. Default 1. */
  readonly ratio?: number;
  /** Called when spans could not be sent; they are dropped, and no other work waits. */
  readonly onProblem?: (message: string) => void;
}
