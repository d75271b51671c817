import { parseEnvironment } from '@kieq/config';
import { isEnded } from '@kieq/domain';
import { createProducer } from '@kieq/producer';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { deliver } from '../follow/deliver.ts';
import { targetOf } from '../follow/save-result.ts';
import { generationOf, withPool } from '../pool.ts';

export async function result(context: Context, id: string, output: string | undefined): Promise<void> {
  const env = parseEnvironment(context.env, ['redis', 'files', 'outbound']);
  const target = output === undefined ? undefined : await targetOf(output);
  await withPool(env, async (pool) => {
    const { state, purgedAt } = await generationOf(pool, id);
    if (!isEnded(state)) throw new CliError(EXIT.refused, `${id} is ${state}; wait for it with: kieq watch ${id}`);
    if (purgedAt !== undefined) throw new CliError(EXIT.notFound, `${id} was purged: its result is removed`);
    const producer = await createProducer({ redis: env.redisUrl, prefix: env.prefix });
    try {
      await deliver(context, await producer.get(id).status(), { ...env, target });
    } finally {
      await producer.close();
    }
  });
}
