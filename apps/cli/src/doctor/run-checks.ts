import type { Environment, RawEnvironment } from '@kieq/config';
import { NO_PROXIES, proxiesOf } from '@kieq/proxy';
import { checkArchive, checkResultLinks } from './archive.ts';
import { checkCallbacks } from './callbacks.ts';
import { checkClocks, kieSkew } from './clock.ts';
import { checkAuthentication, readEnvironment } from './environment.ts';
import { type Finding, skipped } from './finding.ts';
import { checkKie } from './kie.ts';
import { checkRedisAndPool } from './redis-and-pool.ts';
import { checkProxies } from './proxy.ts';
import { checkUploads } from './uploads.ts';

/** Checks everything that this environment names; a check that cannot run hides no other. */
export async function runChecks(env: RawEnvironment): Promise<Finding[]> {
  const seen = readEnvironment(env);
  const proxies = seen.process === undefined ? NO_PROXIES : proxiesOf(seen.process);
  const pool = await checkRedisAndPool(seen);
  const baseUrl = pool.baseUrl ?? seen.kie?.kieBaseUrl;
  const [kie, skew, callbacks, uploads, archive, links] = await Promise.all([
    kieFindings(seen.kie, pool.creditsPerHour),
    baseUrl === undefined ? undefined : kieSkew(baseUrl, proxies),
    seen.callbacks === undefined ? [] : checkCallbacks(seen.callbacks),
    seen.files === undefined ? [] : checkUploads(seen.files, env, pool.usedStores ?? []),
    seen.files === undefined ? [] : checkArchive(seen.files),
    seen.files === undefined || seen.callbacks === undefined
      ? []
      : checkResultLinks(seen.files, seen.callbacks, pool.resultLinks),
  ]);
  const stores = [...checkProxies(seen), ...uploads, ...archive, ...links];
  return [
    ...seen.findings,
    ...pool.findings,
    ...kie,
    ...checkClocks(pool.skew, skew),
    ...callbacks,
    ...checkAuthentication(env),
    ...stores,
  ];
}

async function kieFindings(
  env: Environment<'kie'> | undefined,
  creditsPerHour: number | undefined,
): Promise<Finding[]> {
  if (env !== undefined) return checkKie(env, creditsPerHour);
  return [skipped('kie', 'KIE_API_KEY is not set here, so Kie is not checked', "Set it to the pool's key.")];
}
