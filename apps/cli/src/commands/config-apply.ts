import { asStored, environmentWarnings, parseEnvironment, poolSettings, settingsText } from '@kieq/config';
import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { addCommand, type Context } from '../context.ts';
import { withPool } from '../pool.ts';
import { differences, TAKES_EFFECT, type Difference } from '../settings.ts';
import type { Paint } from '../text/paint.ts';
import { headedTable } from '../text/table.ts';

const GROUPS = ['redis', 'kie', 'pool', 'files'] as const;

export function addConfigApply(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'apply',
    summary: 'make the whole environment, as a worker would read it, the settings of the pool',
    examples: ['kieq config apply', 'KIEQ_SUBMIT_LIMIT=40 kieq config apply --yes'],
    more: `The differences are shown first. ${TAKES_EFFECT}`,
  })
    .option('--yes', 'do not ask')
    .action((options: { yes?: true }) => configApply(context, options.yes));
}

async function configApply(context: Context, yes: boolean | undefined): Promise<void> {
  const { out } = context;
  const env = parseEnvironment(context.env, GROUPS);
  for (const warning of environmentWarnings(context.env, GROUPS)) out.note(warning);
  const wanted = settingsText(poolSettings(env));
  await withPool(env, async ({ ledger, prefix }) => {
    const stored = await ledger.settings.stored();
    const changes = differences(stored, wanted);
    if (changes.length === 0)
      return out.print({ applied: false, differences: [] }, () => `the pool ${prefix} has these settings already`);
    if (!out.json) out.line(changes, (paint) => changesText(changes, paint));
    warnOfAccount(context, changes);
    try {
      await confirm(context, yes, `This changes ${changes.length} settings of the pool ${prefix} for all workers.`);
    } catch (error) {
      if (out.json) out.print({ applied: false, differences: changes }, () => '');
      throw error;
    }
    await ledger.settings.overwrite(asStored(wanted, stored));
    out.print({ applied: true, differences: changes }, () => `applied to the pool ${prefix}`);
    out.note(TAKES_EFFECT);
  });
}

function changesText(changes: readonly Difference[], paint: Paint): string {
  const rows = changes.map(({ setting, stored, received }) => [setting, stored ?? '-', received]);
  return headedTable(['setting', 'pool', 'environment'], rows, { paint });
}

/** Tasks of the old account are unknown to the new one. */
function warnOfAccount({ out }: Context, changes: readonly Difference[]): void {
  const moved = changes.filter(
    ({ setting, stored }) => stored !== null && (setting === 'accountFingerprint' || setting === 'baseUrl'),
  );
  if (moved.length > 0)
    out.note(
      'Warning: this is another Kie account or address. Let running tasks end first, or they cannot be asked for any more.',
    );
}
