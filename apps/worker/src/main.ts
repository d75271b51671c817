import { uploadLocationOf, withSecretFiles } from '@kieq/config';
import { onStopSignals, readEnvironment, runProcess } from '@kieq/process';
import { GROUPS } from './environment.ts';
import { runWorker } from './run-worker.ts';

await runProcess(async () => {
  const given = withSecretFiles(process.env);
  const { env, secrets, advice } = readEnvironment(given, GROUPS);
  const uploads = uploadLocationOf(env, { env: given });
  const worker = await runWorker(env, { secrets, advice, uploads, searchPath: given['PATH'] });
  onStopSignals((signal) => worker.shutDown(signal));
  return worker.ended;
});
