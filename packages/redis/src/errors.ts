/** A part of a Redis configuration that is refused, or a warning about it. */
export interface RedisFinding {
  readonly code: 'maxmemory_policy' | 'server_version' | 'aof_off' | 'maxmemory_policy_unknown';
  /** The setting as Redis names it. */
  readonly field: string;
  readonly rule: string;
  readonly received: string;
  /** How to correct it. */
  readonly fix: string;
}

/** Thrown when a Redis URL or its options cannot be read. The message never contains the password. */
export class RedisUrlError extends Error {
  override readonly name = 'RedisUrlError';
  readonly code = 'invalid_redis_url';
}

/** Thrown when Redis did not respond in time, or the connection was lost and the caller must not wait for it. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
  readonly code = 'redis_unavailable';
}

/**
 * Thrown when the address of one server leads to a node of a Cluster that does not hold the pool. The message names the
 * URL that works.
 */
export class RedisClusterError extends Error {
  override readonly name = 'RedisClusterError';
  readonly code = 'redis_is_cluster';
}

/** Thrown when the server must not carry a pool; all problems together, each with its own code. */
export class RedisPreflightError extends Error {
  override readonly name = 'RedisPreflightError';
  readonly code = 'redis_preflight';
  readonly problems: readonly RedisFinding[];

  constructor(problems: readonly RedisFinding[]) {
    super(`This Redis cannot carry a pool:\n${problems.map(describeFinding).join('\n')}`);
    this.problems = problems;
  }
}

/** One line: field, rule, received value and remedy. */
export function describeFinding({ code, field, rule, received, fix }: RedisFinding): string {
  return `  ${code}: ${field} ${rule}; received ${received}. ${fix}`;
}
