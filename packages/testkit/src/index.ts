export * from './pool.ts';
export * from './redis.ts';
export * from './until.ts';
