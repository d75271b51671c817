export * from './measure-window.ts';
export * from './pool.ts';
export * from './process-pool.ts';
export * from './processes.ts';
export * from './receiver.ts';
export * from './redis.ts';
export * from './tcp-proxy.ts';
export * from './until.ts';
