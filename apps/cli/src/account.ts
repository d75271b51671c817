import { accountFingerprint, isSameKie, type Environment } from '@kieq/config';
import { CliError, EXIT } from './exit.ts';
import type { Pool } from './pool.ts';

/**
 * Another account knows nothing of this pool's tasks, and another Kie even less.
 * @throws CliError `refused`
 */
export async function requireSameAccount(
  { ledger, prefix }: Pool,
  env: Pick<Environment<'kie'>, 'kieApiKey' | 'kieBaseUrl'>,
): Promise<void> {
  const { accountFingerprint: pools, baseUrl } = await ledger.settings.stored();
  if (pools === undefined)
    throw new CliError(EXIT.refused, `the pool ${prefix} has no account yet: start a worker, or use kieq config apply`);
  const ours = accountFingerprint(env.kieApiKey);
  if (pools !== ours)
    throw new CliError(EXIT.refused, `KIE_API_KEY is of another account (${ours}) than the pool ${prefix} (${pools})`);
  if (baseUrl !== undefined && !isSameKie(baseUrl, env.kieBaseUrl)) {
    throw new CliError(EXIT.refused, `KIE_BASE_URL is ${env.kieBaseUrl}, but the pool ${prefix} uses ${baseUrl}`);
  }
}
