import {
  ConfigError,
  environmentWarnings,
  parseEnvironment,
  secretValues,
  uploadLocationOf,
  withSecretFiles,
} from '@kieq/config';
import { runGateway } from './run-gateway.ts';
import { StartRefused } from './start-refused.ts';

const GROUPS = ['redis', 'kie', 'callbacks', 'gateway', 'proxies', 'outbound', 'files'] as const;

/** Exit codes: 0 after SIGTERM or SIGINT, 1 for a defect, 2 when the gateway must not start. */
async function main(): Promise<void> {
  try {
    const given = withSecretFiles(process.env);
    const env = parseEnvironment(given, GROUPS);
    const uploads = uploadLocationOf(env, { env: given });
    const advice = environmentWarnings(given, GROUPS);
    const started = runGateway(env, { secrets: secretValues(given), advice, uploads });
    // Heard from the first moment on; one that comes too early waits for the start.
    const shutDown = (signal: string): Promise<void> => started.then((gateway) => gateway.shutDown(signal));
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void shutDown(signal).catch(() => undefined));
    await (
      await started
    ).ended;
    process.exit(0);
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof StartRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

await main();
