import { once } from 'node:events';
import { ConfigError, parseEnvironment, secretValues } from '@kieq/config';
import { runDashboard } from './run-dashboard.ts';
import { StartRefused } from './start-refused.ts';

/** Exit codes: 0 after SIGTERM or SIGINT, 1 for a defect, 2 when the dashboard must not start. */
async function main(): Promise<void> {
  try {
    const env = parseEnvironment(process.env, ['redis', 'dashboard']);
    const dashboard = await runDashboard(env, secretValues(process.env));
    const signals = ['SIGTERM', 'SIGINT'].map((signal) => once(process, signal).then(() => signal));
    await dashboard.shutDown(await Promise.race(signals));
    process.exit(0);
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof StartRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

await main();
