import { ConfigError, environmentWarnings, parseEnvironment, secretValues, uploadPlaceOf } from '@kieq/config';
import { runGateway } from './run-gateway.ts';
import { StartRefused } from './start-refused.ts';

/** Exit codes: 0 after SIGTERM or SIGINT, 1 for a defect, 2 when the gateway must not start. */
async function main(): Promise<void> {
  try {
    const env = parseEnvironment(process.env, ['redis', 'kie', 'callbacks', 'gateway', 'proxies', 'outbound', 'files']);
    const uploads = uploadPlaceOf(env, { env: process.env });
    const advice = environmentWarnings(process.env);
    const started = runGateway(env, { secrets: secretValues(process.env), advice, uploads });
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
