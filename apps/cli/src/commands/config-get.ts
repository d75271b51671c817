import { parseEnvironment } from '@kieq/config';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { withPool } from '../pool.ts';
import { fields } from '../text/table.ts';

export function addConfigGet(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'get',
    summary: 'the settings of the pool as they are stored in Redis',
    examples: ['kieq config get', 'kieq config get --json | jq -r .submitLimit'],
  }).action(() => configGet(context));
}

async function configGet({ env, out }: Context): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async ({ ledger, prefix }) => {
    const stored = await ledger.settings.stored();
    const entries = Object.entries(stored).toSorted(([a], [b]) => (a < b ? -1 : 1));
    out.print(
      Object.fromEntries(entries),
      () => fields(entries) || `the pool ${prefix} has no settings yet: its first worker stores them`,
    );
  });
}
