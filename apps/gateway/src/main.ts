import { uploadLocationOf, withSecretFiles } from '@kieq/config';
import { onStopSignals, readEnvironment, runProcess } from '@kieq/process';
import { GROUPS } from './environment.ts';
import { runGateway } from './run-gateway.ts';

await runProcess(async () => {
  const given = withSecretFiles(process.env);
  const { env, secrets, advice } = readEnvironment(given, GROUPS);
  const started = runGateway(env, { secrets, advice, uploads: uploadLocationOf(env, { env: given }) });
  // Registered before the start has finished: an early signal waits for it.
  onStopSignals((signal) => started.then((gateway) => gateway.shutDown(signal)).catch(() => undefined));
  return (await started).ended;
});
