import type { Proxies } from '@kieq/proxy';

/** Larger files are neither written nor read, so that no foreign object can fill the memory: 64 MiB. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Waiting of the S3 store. */
export interface S3Limits {
  /** For a connection. */
  readonly connectTimeoutMs: number;
  /** For the answer of one attempt, and again for the content of a file. */
  readonly requestTimeoutMs: number;
  /** Tries of one call, the first included; the SDK waits in between, with backoff and jitter. */
  readonly attempts: number;
}

/** How a bucket is reached. */
export interface S3Options extends S3Limits {
  /** Default none. */
  readonly proxies?: Proxies;
}

export const S3_LIMITS: S3Limits = { connectTimeoutMs: 5000, requestTimeoutMs: 60_000, attempts: 3 };
