import {
  ConfigError,
  environmentWarnings,
  parseEnvironment,
  secretValues,
  uploadLocationOf,
  withSecretFiles,
} from '@kieq/config';
import { runWorker } from './run-worker.ts';
import { StartRefused } from './start-refused.ts';

const GROUPS = ['redis', 'kie', 'callbacks', 'pool', 'worker', 'files', 'outbound'] as const;

/** Exit codes: 0 after SIGTERM, 1 for a defect, 2 when the worker must not start or go on (docs/operations/starting.md). */
async function main(): Promise<void> {
  try {
    const given = withSecretFiles(process.env);
    const env = parseEnvironment(given, GROUPS);
    const worker = await runWorker(env, {
      secrets: secretValues(given),
      advice: environmentWarnings(given, GROUPS),
      uploads: uploadLocationOf(env, { env: given }),
      searchPath: given['PATH'],
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void worker.shutDown(signal));
    process.exit(await worker.ended);
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof StartRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

await main();
