import { parseEnvironment } from '@kieq/config';
import { DEAD_LETTER_CLASSES, redriveRule, type DeadLetterClass, type OrNewer } from '@kieq/domain';
import { openDeadLetters } from '@kieq/queue';
import { Option, type Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { wholeNumber } from '../forms.ts';
import { withPool, type Pool } from '../pool.ts';
import { deadLetterRow, deadLettersText, type DeadLetterRow } from '../text/letters.ts';

interface LsOptions {
  readonly class?: DeadLetterClass;
  readonly limit: number;
}

export function addDlqLs(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'ls',
    summary: 'open dead letters by class, the oldest first',
    examples: ['kieq dlq ls', 'kieq dlq ls --class payment_unknown --json'],
  })
    .addOption(new Option('--class <class>', 'only this class').choices(DEAD_LETTER_CLASSES))
    .option('--limit <n>', 'how many of each class at most', wholeNumber(1, 10_000), 50)
    .action((options: LsOptions) => ls(context, options));
}

async function ls({ env, out }: Context, options: LsOptions): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    const classes = options.class === undefined ? await pool.ledger.read.deadLetterClasses() : [options.class];
    const [found, counts, now] = await Promise.all([
      Promise.all(classes.map((one) => deadLettersOf(pool, one, options.limit))),
      pool.ledger.read.deadLetterCounts(),
      pool.nowMs(),
    ]);
    const rows = found.flat();
    out.print(rows, (paint) => deadLettersText(rows, now, paint));
    for (const one of classes) {
      const open = counts[one] ?? 0;
      if (open > options.limit) out.note(`${one}: ${options.limit} of ${open} shown; see --limit.`);
      if (open > 0 && !out.json) out.note(`${one}: ${redriveRule(one).advice}`);
    }
  });
}

async function deadLettersOf(
  { ledger }: Pool,
  deadLetterClass: OrNewer<DeadLetterClass>,
  limit: number,
): Promise<DeadLetterRow[]> {
  const { items } = await ledger.read.readDeadLetters(deadLetterClass, { limit });
  const records = await ledger.read.generations(items.map(({ id }) => id));
  return records.flatMap((record) => {
    if (record === undefined) return [];
    const deadLetters = openDeadLetters(record).filter((one) => one.class === deadLetterClass);
    return deadLetters.map((deadLetter) => deadLetterRow(record, deadLetter));
  });
}
