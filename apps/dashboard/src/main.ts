import { once } from 'node:events';
import { withSecretFiles } from '@kieq/config';
import { readEnvironment, runProcess } from '@kieq/process';
import { runDashboard } from './run-dashboard.ts';

const GROUPS = ['redis', 'dashboard', 'proxies', 'files'] as const;
/** The account's key is not needed, but with it tasks can be adopted on the page. */
const WITH_KEY = [...GROUPS, 'kie'] as const;

await runProcess(async () => {
  const given = withSecretFiles(process.env);
  const hasKey = given['KIE_API_KEY'] !== undefined && given['KIE_API_KEY'] !== '';
  const { env, secrets, advice } = hasKey ? readEnvironment(given, WITH_KEY) : readEnvironment(given, GROUPS);
  const dashboard = await runDashboard(env, secrets, advice);
  const signals = ['SIGTERM', 'SIGINT'].map((signal) => once(process, signal).then(() => signal));
  await dashboard.shutDown(await Promise.race(signals));
  return 0;
});
