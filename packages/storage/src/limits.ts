import type { Proxies } from '@kieq/proxy';

/** Larger files are neither written nor read, so that no foreign object can fill the memory: 64 MiB. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Timeouts and tries of the S3 store. */
export interface S3Limits {
  /** For a connection, in ms. */
  readonly connectTimeoutMs: number;
  /** For the response of one attempt, and again for the content of a file, in ms. */
  readonly requestTimeoutMs: number;
  /** Tries of one call, the first included; the SDK waits in between, with backoff and jitter. */
  readonly attempts: number;
}

/** How to reach a bucket. */
export interface S3Options extends S3Limits {
  /** Default none. */
  readonly proxies?: Proxies;
}

export const S3_LIMITS: S3Limits = { connectTimeoutMs: 5000, requestTimeoutMs: 60_000, attempts: 3 };
