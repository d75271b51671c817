import { archivePriority, type Verdict } from '@kieq/domain';
import type { PendingArchive, SettleArgs } from '@kieq/ledger';
import type { Queues } from './catalogue.ts';
import { PAYLOAD_VERSION, type PollJob } from './payload.ts';

/**
 * Adds the job that saves the results of a generation, where a ledger reply asks for one. Adding it twice is harmless,
 * and one that was forgotten is found by the sweeper.
 * @param name shown as the job's name
 */
export async function addArchive(
  queues: Queues,
  generation: string,
  pending: PendingArchive | undefined,
  name = 'archive',
): Promise<void> {
  if (pending === undefined) return;
  const data: PollJob = { v: PAYLOAD_VERSION, generation };
  const { vehicle: jobId, delayMs: delay, dueBy } = pending;
  const options = { jobId, delay, priority: archivePriority(dueBy) };
  await queues.archive.add(name, data, options);
}

/** What becomes of the results of a verdict; a text result has no links, so there is nothing to save. */
export function archiveModeOf(
  { settings }: { readonly settings: { readonly archiveMode: SettleArgs['archive'] } },
  { resultUrls }: Verdict,
): SettleArgs['archive'] {
  return resultUrls.length === 0 ? 'no' : settings.archiveMode;
}
