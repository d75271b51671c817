/** Why a private local server failed. */
export type LocalRedisErrorCode =
  /** No usable server on the PATH, in the distribution's packages, or in Docker. */
  | 'local_redis_unavailable'
  /** A server was found, but it ended or did not respond to PING in time. */
  | 'local_redis_start_failed'
  /** The given data folder is in use by another live server: two servers would destroy each other's files. */
  | 'local_redis_data_in_use';

/** Thrown by `startLocalRedis`; the message says what was tried and what to do. */
export class LocalRedisError extends Error {
  override readonly name = 'LocalRedisError';
  readonly code: LocalRedisErrorCode;

  constructor(code: LocalRedisErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
