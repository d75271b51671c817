import { environmentWarnings, parseEnvironment, type Environment } from '@kieq/config';
import { scaleTimings } from '@kieq/domain';
import { createKieClient, type KieClient } from '@kieq/kie';
import { proxiesOf } from '@kieq/proxy';
import { adopt, type AdoptResult } from '@kieq/queue';
import type { Command } from 'commander';
import { requireSameAccount } from '../account.ts';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { generationOf, withPool, type Pool } from '../pool.ts';

const GROUPS = ['redis', 'kie'] as const;

export function addAdopt(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'adopt <generation> <taskId>',
    summary: 'bind a paid task, found in the Kie account, to the generation whose answer was lost',
    examples: ['kieq adopt gen_01k9x2 281e5b0f39b9', 'kieq adopt gen_01k9x2 281e5b0f39b9 --confirm'],
    more: `Kie is asked for the task, so KIE_API_KEY must be the pool's. A task that carries our callback address proves itself;
any other needs --confirm. Without it you are told whether model, input and time fit, and what differs, field by field.
A task that carries another address is somebody else's, and cannot be confirmed.`,
  })
    .option('--confirm', 'a person vouches for the task')
    .action((id: string, taskId: string, options: { confirm?: true }) =>
      adoptTask(context, id, taskId, options.confirm ?? false),
    );
}

async function adoptTask({ env: raw, out }: Context, id: string, taskId: string, vouched: boolean): Promise<void> {
  const env = parseEnvironment(raw, GROUPS);
  for (const warning of environmentWarnings(raw, GROUPS)) out.note(warning);
  await withPool(env, async (pool) => {
    await generationOf(pool, id);
    await requireSameAccount(pool, env);
    const { result, kieIsAway } = await askAndBind(pool, env, id, taskId, vouched);
    if (result.kind === 'adopted') {
      return out.print({ id, taskId, ...result }, () => adoptedText(id, taskId, result));
    }
    if (out.json) out.print({ id, taskId, ...result }, () => '');
    if (result.kind === 'refused')
      throw new CliError(kieIsAway ? EXIT.unavailable : EXIT.refused, `not adopted: ${result.reason}`);
    throw new CliError(
      EXIT.refused,
      `not adopted as attempt ${result.attempt} of ${id}: ${result.doubt}; vouch for it with --confirm`,
    );
  });
}

type Adopted = Extract<AdoptResult, { kind: 'adopted' }>;

function adoptedText(id: string, taskId: string, adopted: Adopted): string {
  const { attempt, already, state } = adopted;
  if (!already) return `${id} goes on with the task ${taskId}, as of its attempt ${attempt}${onWhoseWord(adopted)}`;
  const way = state === 'dead' ? `, and goes on with kieq dlq redrive ${id}` : '';
  return `${taskId} is the task of attempt ${attempt} of ${id} already; nothing has changed: it is ${state}${way}`;
}

function onWhoseWord({ overruled }: Adopted): string {
  if (overruled === undefined) return '';
  const fields = overruled.map(({ field }) => field).join(', ');
  return fields === '' ? ', on your word' : `, on your word, although it differs in ${fields}`;
}

interface Asked {
  readonly result: AdoptResult;
  /** Kie gave no word about the task. */
  readonly kieIsAway: boolean;
}

async function askAndBind(
  { ledger, queues }: Pool,
  env: Environment<'redis' | 'kie'>,
  id: string,
  taskId: string,
  vouched: boolean,
): Promise<Asked> {
  const client = createKieClient({
    apiKey: env.kieApiKey,
    baseUrl: env.kieBaseUrl,
    uploadUrl: env.kieUploadUrl,
    proxies: proxiesOf(env),
  });
  let kieIsAway = false;
  const kie: KieClient = {
    ...client,
    async recordInfo(task, options) {
      const answer = await client.recordInfo(task, options);
      kieIsAway = answer.kind === 'trouble' && answer.reason !== 'unauthorized';
      return answer;
    },
  };
  try {
    const result = await adopt(
      { ledger, queues, kie, timings: scaleTimings(env.timeScale), confirm: vouched, by: 'kieq adopt' },
      id,
      taskId,
    );
    return { result, kieIsAway };
  } finally {
    await client.close();
  }
}
