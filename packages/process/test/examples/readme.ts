import { withSecretFiles } from '@kieq/config';
import { preflight } from '@kieq/redis';
import type { createLogger } from '@kieq/telemetry';
import { onStopSignals, openRedis, readEnvironment, runProcess, type Ending } from '../../src/index.ts';

declare const GROUPS: readonly ['redis'];
declare const logger: ReturnType<typeof createLogger>;
declare const ending: Ending;
declare function start(...parts: unknown[]): void;

await runProcess(async () => {
  const given = withSecretFiles(process.env);
  const { env, secrets, advice } = readEnvironment(given, GROUPS); // ConfigError: one line each, exit code 2
  const { redis, found } = await openRedis(env, { role: 'worker', connectionName: 'kieq-worker', logger }, preflight);
  start(env, secrets, advice, redis, found); // everything of the process
  onStopSignals((signal) => ending.shutDown(signal));
  return ending.ended; // the exit code
});
