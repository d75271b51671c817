import { once } from 'node:events';
import {
  ConfigError,
  environmentWarnings,
  parseEnvironment,
  secretValues,
  withSecretFiles,
  type RawEnvironment,
} from '@kieq/config';
import { runDashboard, type DashboardEnvironment } from './run-dashboard.ts';
import { StartRefused } from './start-refused.ts';

const GROUPS = ['redis', 'dashboard', 'proxies', 'files'] as const;
const WITH_KEY = [...GROUPS, 'kie'] as const;

/** Exit codes: 0 after SIGTERM or SIGINT, 1 for a defect, 2 when the dashboard must not start. */
async function main(): Promise<void> {
  try {
    const given = withSecretFiles(process.env);
    const env = environment(given);
    const advice = environmentWarnings(given, env.kieApiKey === undefined ? GROUPS : WITH_KEY);
    const dashboard = await runDashboard(env, secretValues(given), advice);
    const signals = ['SIGTERM', 'SIGINT'].map((signal) => once(process, signal).then(() => signal));
    await dashboard.shutDown(await Promise.race(signals));
    process.exit(0);
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof StartRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

/** The account's key is not needed, but with it tasks can be adopted on the page. */
function environment(env: RawEnvironment): DashboardEnvironment {
  const hasKey = env['KIE_API_KEY'] !== undefined && env['KIE_API_KEY'] !== '';
  return hasKey ? parseEnvironment(env, WITH_KEY) : parseEnvironment(env, GROUPS);
}

await main();
