import { parseEnvironment } from '@kieq/config';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { detailsOf } from '@kieq/queue';
import { generationOf, withPool } from '../pool.ts';
import { detailsText } from '../text/details.ts';

export function addShow(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'show <id>',
    summary: 'everything about one generation: attempts with their evidence, result, dead letter and how to go on',
    examples: ['kieq show gen_01k9x2'],
  }).action((id: string) => show(context, id));
}

async function show({ env, out }: Context, id: string): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    const details = detailsOf(await generationOf(pool, id));
    const now = await pool.nowMs();
    out.print(details, (paint) => detailsText(details, now, paint));
  });
}
