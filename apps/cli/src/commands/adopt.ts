import { type Environment, environmentWarnings, parseEnvironment } from '@kieq/config';
import { scaleTimings } from '@kieq/domain';
import { createKieClient, type KieClient } from '@kieq/kie';
import { proxiesOf } from '@kieq/proxy';
import { adopt, type AdoptResult } from '@kieq/queue';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { generationOf, type Pool, withPool } from '../pool.ts';
import { requireSameAccount } from '../settings.ts';

const GROUPS = ['redis', 'kie'] as const;

export async function adoptTask(
  { env: raw, out }: Context,
  id: string,
  taskId: string,
  confirmed: boolean,
): Promise<void> {
  const env = parseEnvironment(raw, GROUPS);
  for (const warning of environmentWarnings(raw, GROUPS)) out.note(warning);
  await withPool(env, async (pool) => {
    await generationOf(pool, id);
    await requireSameAccount(pool, env);
    const { result, isKieUnavailable } = await askAndBind(pool, env, id, taskId, confirmed);
    if (result.kind === 'adopted') {
      return out.print({ id, taskId, ...result }, () => adoptedText(id, taskId, result));
    }
    if (out.json) out.print({ id, taskId, ...result }, () => '');
    if (result.kind === 'refused')
      throw new CliError(isKieUnavailable ? EXIT.unavailable : EXIT.refused, `not adopted: ${result.reason}`);
    throw new CliError(
      EXIT.refused,
      `not adopted as attempt ${result.attempt} of ${id}: ${result.doubt}; if it is the task of this generation, use --confirm`,
    );
  });
}

type Adopted = Extract<AdoptResult, { kind: 'adopted' }>;

function adoptedText(id: string, taskId: string, adopted: Adopted): string {
  const { attempt, already, state } = adopted;
  if (!already) return `${id} continues with the task ${taskId} of attempt ${attempt}${confirmedText(adopted)}`;
  const way = state === 'dead' ? `; resume it with kieq dlq redrive ${id}` : '';
  return `${taskId} is already the task of attempt ${attempt} of ${id}, which is ${state}; nothing was changed${way}`;
}

function confirmedText({ overruled }: Adopted): string {
  if (overruled === undefined) return '';
  const fields = overruled.map(({ field }) => field).join(', ');
  return fields === '' ? ', by --confirm' : `, by --confirm although it differs in ${fields}`;
}

interface Asked {
  readonly result: AdoptResult;
  /** Kie did not answer about the task. */
  readonly isKieUnavailable: boolean;
}

async function askAndBind(
  { ledger, queues }: Pool,
  env: Environment<'redis' | 'kie'>,
  id: string,
  taskId: string,
  confirmed: boolean,
): Promise<Asked> {
  const client = createKieClient({
    apiKey: env.kieApiKey,
    baseUrl: env.kieBaseUrl,
    uploadUrl: env.kieUploadUrl,
    proxies: proxiesOf(env),
  });
  let isKieUnavailable = false;
  const kie: KieClient = {
    ...client,
    async recordInfo(task, options) {
      const answer = await client.recordInfo(task, options);
      isKieUnavailable = answer.kind === 'trouble' && answer.reason !== 'unauthorized';
      return answer;
    },
  };
  try {
    const result = await adopt(
      { ledger, queues, kie, timings: scaleTimings(env.timeScale), confirm: confirmed, by: 'kieq adopt' },
      id,
      taskId,
    );
    return { result, isKieUnavailable };
  } finally {
    await client.close();
  }
}
