import type { Environment, RawEnvironment } from '@kieq/config';
import { NO_PROXIES, proxiesOf } from '@kieq/proxy';
import { checkArchive } from './archive.ts';
import { checkCallbacks } from './callbacks.ts';
import { checkClocks, kieSkew } from './clock.ts';
import { checkAccess } from './doors.ts';
import { readEnvironment } from './environment.ts';
import { skipped, type Finding } from './finding.ts';
import { checkKie } from './kie.ts';
import { checkPlace } from './place.ts';
import { checkProxies } from './proxy.ts';
import { checkResultLinks } from './result-links.ts';
import { checkUploads } from './uploads.ts';

/** Looks at everything that this environment leads to; what cannot be looked at hides nothing else. */
export async function runChecks(env: RawEnvironment): Promise<Finding[]> {
  const seen = readEnvironment(env);
  const proxies = seen.process === undefined ? NO_PROXIES : proxiesOf(seen.process);
  const place = await checkPlace(seen);
  const baseUrl = place.baseUrl ?? seen.kie?.kieBaseUrl;
  const [kie, skew, callbacks, uploads, archive, links] = await Promise.all([
    kieFindings(seen.kie, place.creditsPerHour),
    baseUrl === undefined ? undefined : kieSkew(baseUrl, proxies),
    seen.callbacks === undefined ? [] : checkCallbacks(seen.callbacks),
    seen.files === undefined ? [] : checkUploads(seen.files, env, place.usedStores ?? []),
    seen.files === undefined ? [] : checkArchive(seen.files),
    seen.files === undefined || seen.callbacks === undefined
      ? []
      : checkResultLinks(seen.files, seen.callbacks, place.resultLinks),
  ]);
  const stores = [...checkProxies(seen), ...uploads, ...archive, ...links];
  return [
    ...seen.findings,
    ...place.findings,
    ...kie,
    ...checkClocks(place.skew, skew),
    ...callbacks,
    ...checkAccess(env),
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
