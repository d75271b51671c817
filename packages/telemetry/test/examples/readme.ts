import { createLogger, createMetrics, startOpsServer } from '../../src/index.ts';

declare const env: { logLevel: 'info'; kieApiKey: string; workerMetricsPort: number };
declare const redisPassword: string;
declare function health(): Promise<[]>;
declare function ready(): Promise<[]>;

const logger = createLogger({ name: 'worker', level: env.logLevel, secrets: [env.kieApiKey, redisPassword] });
const metrics = createMetrics({ processMetrics: true });
const ops = await startOpsServer({ port: env.workerMetricsPort, registry: metrics.registry, health, ready, logger });

export { ops };
