import { parseEnvironment } from '@kieq/config';
import { isEnded } from '@kieq/domain';
import { createProducer } from '@kieq/producer';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { deliver } from '../follow/deliver.ts';
import { targetOf } from '../follow/save-result.ts';
import { generationOf, withPool } from '../pool.ts';

export function addResult(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'result <id>',
    summary: 'the links to the video of a generation that has ended, or the video itself',
    examples: ['kieq result gen_01k9x2', 'kieq result gen_01k9x2 -o cat.mp4'],
    more: `The exit code is 6 when it ended without a video, and 4 while it has not ended: kieq watch waits for it.
Kie's links die within about a day. An archived video comes from the archive where ARCHIVE_URL is set, else from
Kie's link.`,
  })
    .option('-o, --output <file>', 'save the video there, a file or a folder')
    .action((id: string, options: { output?: string }) => result(context, id, options.output));
}

async function result(context: Context, id: string, output: string | undefined): Promise<void> {
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
