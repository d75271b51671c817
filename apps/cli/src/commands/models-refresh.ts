import { parseEnvironment } from '@kieq/config';
import { adviceOf, createKieClient, KieError } from '@kieq/kie';
import { modelOf } from '@kieq/models';
import { proxiesOf } from '@kieq/proxy';
import { beginRefresh, liveFactsOf, refreshStep, type RefreshDeps, type RefreshStep } from '@kieq/queue';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { type Pool, withPool } from '../pool.ts';
import { requireSameAccount } from '../settings.ts';
import { type Refreshed, refreshText } from '../text/models.ts';

/**
 * Reads Kie's own catalogue into the pool, one request per second, and compares it with the built-in facts.
 * @throws CliError `refused` for a key of another account, `unavailable` where Kie does not give its list
 */
export async function refreshModels({ env: raw, out }: Context): Promise<void> {
  const env = parseEnvironment(raw, ['redis', 'kie']);
  const { kieApiKey: apiKey, kieBaseUrl: baseUrl, kieUploadUrl: uploadUrl } = env;
  await withPool(env, async (pool) => {
    await requireSameAccount(pool, env);
    const kie = createKieClient({ apiKey, baseUrl, uploadUrl, proxies: proxiesOf(env) });
    try {
      const deps = { ledger: pool.ledger, kie, deadline: new AbortController().signal };
      const count = await beginRefresh(deps).catch(unavailable(baseUrl));
      out.note(`${count} questions to Kie, one per second`);
      const found = await resultOf(pool, await stepsOf(deps));
      out.print(found, (paint) => refreshText(found, paint));
    } finally {
      await kie.close();
    }
  });
}

/** Without its list there is nothing to ask Kie about. */
function unavailable(baseUrl: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof KieError)) throw error;
    throw new CliError(
      EXIT.unavailable,
      `Kie did not give its list of models: ${error.message}. ${adviceOf(error.code, baseUrl)}`,
    );
  };
}

async function stepsOf(deps: RefreshDeps): Promise<RefreshStep[]> {
  const steps: RefreshStep[] = [];
  for (let step = await refreshStep(deps); step !== undefined; step = await refreshStep(deps)) steps.push(step);
  return steps;
}

async function resultOf({ ledger }: Pool, steps: readonly RefreshStep[]): Promise<Refreshed> {
  const names = (await ledger.liveCatalogue.list())?.names ?? [];
  const known = names.filter((name) => modelOf(name) !== undefined);
  const models = await Promise.all(
    known.map(async (id) => ({ id, differences: (await liveFactsOf(ledger, id))?.differences ?? [] })),
  );
  return {
    models,
    others: names.filter((name) => modelOf(name) === undefined),
    problems: steps.filter(({ problem }) => problem !== undefined),
  };
}
