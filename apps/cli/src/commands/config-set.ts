import { parseEnvironment } from '@kieq/config';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { withPool } from '../pool.ts';
import { checkedSetting, SETTING_KEYS, TAKES_EFFECT } from '../settings.ts';

export function addConfigSet(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'set <setting> <value>',
    summary: 'change one setting of the pool',
    examples: ['kieq config set submitLimit 40', 'kieq config set intentDurability replica:1'],
    more: `${TAKES_EFFECT}\n\nSettings: ${Object.keys(SETTING_KEYS).join(', ')}.`,
  }).action((setting: string, value: string) => configSet(context, setting, value));
}

async function configSet({ env, out }: Context, setting: string, value: string): Promise<void> {
  const place = parseEnvironment(env, ['redis']);
  // What is wrong by itself is said without asking Redis.
  checkedSetting({}, setting, value);
  await withPool(place, async ({ ledger, prefix }) => {
    const stored = await ledger.settings.stored();
    if (Object.keys(stored).length === 0) {
      throw new CliError(
        EXIT.refused,
        `the pool ${prefix} has no settings yet: start a worker, or use kieq config apply`,
      );
    }
    const checked = checkedSetting(stored, setting, value);
    await ledger.settings.overwrite({ [setting]: checked });
    const before = stored[setting] ?? null;
    out.print(
      { setting, stored: before, value: checked },
      () => `${setting} is ${checked}, was ${before ?? 'not set'}`,
    );
    out.note(TAKES_EFFECT);
  });
}
