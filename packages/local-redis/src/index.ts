export { downloadAlone, downloadPackages } from './apt.ts';
export { LocalRedisError, type LocalRedisErrorCode } from './errors.ts';
export { adviceForThisMachine, canStartRedis } from './machine.js';
export type { ServerSource } from './server-program.ts';
export { startLocalRedis, type LocalRedis, type LocalRedisOptions } from './start-local-redis.ts';
