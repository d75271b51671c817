export { createEnding, onStopSignals, type Ending } from './ending.ts';
export { listen } from './listen.ts';
export { onThisRedis, openRedis, unusable } from './open-redis.ts';
export { readEnvironment, REFUSED_EXIT, runProcess } from './run-process.ts';
export { pagePolicy, SECURITY_HEADERS } from './security-headers.ts';
export { differsFromPool, reasonOf, StartRefused } from './start-refused.ts';
export { traceProcess } from './tracing.ts';
