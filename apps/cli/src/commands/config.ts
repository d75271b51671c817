import { asStored, environmentWarnings, parseEnvironment, poolSettings, settingsText } from '@kieq/config';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { withPool } from '../pool.ts';
import { TAKES_EFFECT } from '../setting-keys.ts';
import { checkedSetting, type Difference, differences } from '../settings.ts';
import type { Paint } from '../text/paint.ts';
import { fields, headedTable } from '../text/table.ts';

export async function configGet({ env, out }: Context): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async ({ ledger, prefix }) => {
    const stored = await ledger.settings.stored();
    const entries = Object.entries(stored).toSorted(([a], [b]) => (a < b ? -1 : 1));
    out.print(
      Object.fromEntries(entries),
      () => fields(entries) || `the pool ${prefix} has no settings yet: the first worker stores them`,
    );
  });
}

export async function configSet({ env, out }: Context, setting: string, value: string): Promise<void> {
  const address = parseEnvironment(env, ['redis']);
  // Refuses an invalid value without a connection to Redis.
  checkedSetting({}, setting, value);
  await withPool(address, async ({ ledger, prefix }) => {
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

const GROUPS = ['redis', 'kie', 'pool', 'files'] as const;

export async function configApply(context: Context, yes: boolean | undefined): Promise<void> {
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

/** The new account does not know tasks of the old one. */
function warnOfAccount({ out }: Context, changes: readonly Difference[]): void {
  const moved = changes.filter(
    ({ setting, stored }) => stored !== null && (setting === 'accountFingerprint' || setting === 'baseUrl'),
  );
  if (moved.length > 0)
    out.note(
      'Warning: this is another Kie account or address. Let running tasks end first; afterwards workers cannot poll them.',
    );
}
