import { accountFingerprint, poolSettings, settingsText } from '@kieq/config';
import { differences, type Difference } from '../settings.ts';
import type { SeenEnvironment } from './environment.ts';
import { ok, problem, skipped, type Finding } from './finding.ts';

/** Whether a worker with this environment would start: it must agree with what the pool has stored. */
export function checkSettings(
  stored: Readonly<Record<string, string>>,
  { kie, pool, files }: SeenEnvironment,
): Finding[] {
  if (Object.keys(stored).length === 0) {
    return [skipped('settings', 'the pool has no settings yet', 'Start a worker: the first one stores its own.')];
  }
  if (pool === undefined || kie === undefined || files === undefined) {
    const fix = 'Run kieq doctor with the environment of a worker, KIE_API_KEY included.';
    return [skipped('settings', 'this is not the environment of a worker, so it is not compared with the pool', fix)];
  }
  const found = differences(stored, settingsText(poolSettings({ ...kie, ...pool, ...files })));
  if (found.length === 0) return [ok('settings', 'this environment agrees with the settings of the pool')];
  return found.map((difference) => findingOf(difference, kie.kieApiKey));
}

function findingOf({ setting, stored, received }: Difference, key: string): Finding {
  if (setting === 'accountFingerprint') {
    return problem(
      'settings',
      `KIE_API_KEY is of another account (${accountFingerprint(key)}) than the pool's (${stored ?? 'none'})`,
      'Use the key of the pool; to change it, see docs/operations/settings.md, A new key.',
    );
  }
  const there = stored ?? 'not set';
  return problem(
    'settings',
    `${setting} is ${there} in the pool and ${received} in this environment: a worker with it refuses to start`,
    'Change the environment, or the pool: kieq config apply.',
  );
}
