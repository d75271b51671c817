import type { Verdict } from '@kieq/domain';
import type { SettleArgs } from '@kieq/ledger';
import type { WorkerContext } from '../context.ts';

/** What becomes of the results of a verdict; a text result has no links, so there is nothing to save. */
export function archiveModeOf({ settings }: WorkerContext, { resultUrls }: Verdict): SettleArgs['archive'] {
  return resultUrls.length === 0 ? 'no' : settings.archiveMode;
}
