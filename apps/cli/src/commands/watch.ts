import { parseEnvironment } from '@kieq/config';
import { createProducer } from '@kieq/producer';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { followAndDeliver } from '../follow/deliver.ts';
import { targetOf } from '../follow/save-result.ts';
import { wholeNumber } from '../forms.ts';
import { withPool } from '../pool.ts';
import { watchPool } from './watch-pool.ts';

interface WatchOptions {
  readonly output?: string;
  readonly timeout?: number;
  readonly every: number;
  readonly times?: number;
}

export function addWatch(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'watch [id]',
    summary: 'follow one generation to its end, or the pool until Ctrl-C',
    examples: ['kieq watch', 'kieq watch gen_01k9x2 -o cat.mp4', 'kieq watch --every 60 --json >> pool.jsonl'],
    more: `Of a generation it ends as kieq generate --wait does. Of the pool it shows a page that is renewed on a terminal, and
prints a line each time elsewhere; with --json each line is what kieq status prints.`,
  })
    .option('-o, --output <file>', 'of a generation: save the video there, a file or a folder')
    .option('--timeout <seconds>', 'of a generation: wait so long at most', wholeNumber(1, 604_800))
    .option('--every <seconds>', 'of the pool: look so often', wholeNumber(1, 3600), 2)
    .option('--times <n>', 'of the pool: look so many times, then end', wholeNumber(1, 1_000_000))
    .action((id: string | undefined, options: WatchOptions) => watch(context, id, options));
}

function watch(context: Context, id: string | undefined, options: WatchOptions): Promise<void> {
  if (id !== undefined) return watchOne(context, id, options);
  if (options.output === undefined && options.timeout === undefined) return watchPool(context, options);
  throw new CliError(EXIT.usage, '--output and --timeout are for one generation: name it');
}

async function watchOne(context: Context, id: string, { output, timeout }: WatchOptions): Promise<void> {
  const env = parseEnvironment(context.env, ['redis', 'files', 'outbound']);
  const target = output === undefined ? undefined : await targetOf(output);
  await withPool(env, async (pool) => {
    const producer = await createProducer({ redis: env.redisUrl, prefix: env.prefix });
    try {
      const timeoutMs = timeout === undefined ? undefined : timeout * 1000;
      await followAndDeliver(context, pool, producer.get(id), { ...env, target, timeoutMs });
    } finally {
      await producer.close();
    }
  });
}
