import type { Environment, RawEnvironment } from '@kieq/config';
import { checkArchive } from './archive.ts';
import { checkCallbacks } from './callbacks.ts';
import { checkClocks, kieSkew } from './clock.ts';
import { checkDoors } from './doors.ts';
import { readEnvironment } from './environment.ts';
import { skipped, type Finding } from './finding.ts';
import { checkKie } from './kie.ts';
import { checkPlace } from './place.ts';
import { checkUploads } from './uploads.ts';

/** Looks at everything that this environment leads to; what cannot be looked at hides nothing else. */
export async function runChecks(env: RawEnvironment): Promise<Finding[]> {
  const seen = readEnvironment(env);
  const place = await checkPlace(seen);
  const baseUrl = place.baseUrl ?? seen.kie?.kieBaseUrl;
  const [kie, skew, callbacks, uploads, archive] = await Promise.all([
    kieFindings(seen.kie, place.creditsPerHour),
    baseUrl === undefined ? undefined : kieSkew(baseUrl),
    seen.callbacks === undefined ? [] : checkCallbacks(seen.callbacks),
    seen.files === undefined ? [] : checkUploads(seen.files, env, place.usedStores ?? []),
    seen.files === undefined ? [] : checkArchive(seen.files),
  ]);
  const stores = [...uploads, ...archive];
  return [
    ...seen.findings,
    ...place.findings,
    ...kie,
    ...checkClocks(place.skew, skew),
    ...callbacks,
    ...checkDoors(env),
    ...stores,
  ];
}

async function kieFindings(
  env: Environment<'kie'> | undefined,
  creditsPerHour: number | undefined,
): Promise<Finding[]> {
  if (env !== undefined) return checkKie(env, creditsPerHour);
  return [skipped('kie', 'KIE_API_KEY is not set here: Kie is not asked', "Set it to the pool's key.")];
}
