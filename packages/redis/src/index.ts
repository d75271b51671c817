export { closeConnection, failFast, isUnavailable, waitUntilReady } from './availability.ts';
export {
  createConnection,
  describeClient,
  type ConnectionOptions,
  type ConnectionRole,
  type RedisClient,
} from './connection.ts';
export {
  describeFinding,
  RedisClusterError,
  RedisPreflightError,
  RedisUnavailableError,
  RedisUrlError,
  type RedisFinding,
} from './errors.ts';
export { sendTogether } from './cork.ts';
export { createThrottle, type Throttle, type Turn } from './throttle/throttle.ts';
export { ACCOUNT_RULE, ASKER_RULE, type ThrottleRule, type Subject } from './throttle/rule.ts';
export { redisRefusal, waitForPool } from './pool-slot.ts';
export { inspectServer, preflight, type PreflightReport } from './preflight.ts';
export { describeRedisUrl, describeTarget, parseRedisUrl, type HostPort, type RedisTarget } from './redis-url.ts';
export { isAtLeast, parseServerInfo, type ServerFacts } from './server-info.ts';
export { within } from './within.ts';
export { parseUsage, readUsage, type RedisUsage } from './usage.ts';
export { aclRules, missingRights, type MissingRight } from './rights.ts';
