import type { Proxies } from '@kieq/proxy';

export interface TracingOptions {
  /** Of the collector, such as `http://127.0.0.1:4318`; spans go to `/v1/traces` below it. Without it nothing is traced. */
  readonly endpoint: string | undefined;
  /** Of every request to the collector, such as its key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Through which the collector is reached. Default none. */
  readonly proxies?: Proxies | undefined;
  /** `service.name`. */
  readonly service: string;
  /** Which of several processes of it. */
  readonly instance: string;
  /** Part of the generations whose traces are recorded, where no caller decides: 0 to 1. Default 1. */
  readonly ratio?: number;
  /** Spans could not be sent; they are dropped, and nothing else is held up. */
  readonly onProblem?: (message: string) => void;
}
