import { parseEnvironment } from '@kieq/config';
import { GENERATION_STATES, type GenerationState } from '@kieq/domain';
import { Option, type Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { wholeNumber } from '../forms.ts';
import { withPool, type Pool } from '../pool.ts';
import { rowOf, rowsText, type GenerationRow } from '../text/rows.ts';

interface ListOptions {
  readonly state?: GenerationState;
  readonly limit: number;
}

export function addList(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'list',
    summary: 'generations, the newest in their state first',
    examples: ['kieq list', 'kieq list --state unknown --limit 100 --json'],
  })
    .addOption(new Option('--state <state>', 'only this state').choices(GENERATION_STATES))
    .option('--limit <n>', 'how many at most', wholeNumber(1, 10_000), 20)
    .action((options: ListOptions) => list(context, options));
}

async function list({ env, out }: Context, options: ListOptions): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async (pool) => {
    const rows = await newest(pool, options);
    out.print(rows, (paint) => rowsText(rows, paint));
  });
}

async function newest({ ledger, nowMs }: Pool, { state, limit }: ListOptions): Promise<GenerationRow[]> {
  const states = state === undefined ? GENERATION_STATES : [state];
  const pages = await Promise.all(states.map((one) => ledger.read.listState(one, { limit })));
  const ids = pages
    .flatMap(({ items }) => items)
    .toSorted((a, b) => b.at - a.at)
    .slice(0, limit)
    .map(({ id }) => id);
  const [records, now] = await Promise.all([Promise.all(ids.map((id) => ledger.read.generation(id))), nowMs()]);
  // A generation may have been removed between the two reads.
  return records.flatMap((record) => (record === undefined ? [] : [rowOf(record, now)]));
}
