import { createConnection, preflight, waitUntilReady } from '../../src/index.ts';

declare const env: { redisUrl: string };
declare const log: { warn(error: unknown): void };

const client = createConnection({ url: env.redisUrl, role: 'worker', onError: (error) => log.warn(error) });
await waitUntilReady(client);
const { warnings } = await preflight(client);

export { warnings };
