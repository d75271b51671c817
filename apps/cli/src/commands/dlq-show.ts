import { parseEnvironment } from '@kieq/config';
import type { Command } from 'commander';
import { deadLetterDetails } from '@kieq/queue';
import { addCommand, type Context } from '../context.ts';
import { deadGenerationOf, withPool } from '../pool.ts';
import { deadLetterText } from '../text/details.ts';
import { paintState } from '../text/paint.ts';

export function addDlqShow(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'show <id>',
    summary: 'one dead letter: evidence, advice, and the commands to go on',
    examples: ['kieq dlq show gen_01k9x2'],
    more: '`kieq show <id>` tells everything about its generation.',
  }).action((id: string) => dlqShow(context, id));
}

async function dlqShow({ env, out }: Context, id: string): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    const { record, deadLetter, others } = await deadGenerationOf(pool, id);
    const { state } = record;
    const now = await pool.nowMs();
    const details = deadLetterDetails(id, state, deadLetter);
    const alsoOpen = others.map((other) => deadLetterDetails(id, state, other));
    out.print({ id, state, ...details, alsoOpen }, (paint) => {
      const deadLetters = [details, ...alsoOpen].map((one) => deadLetterText(one, now, paint));
      return [`${id} is ${paintState(paint, state)}`, ...deadLetters].join('\n\n');
    });
  });
}
