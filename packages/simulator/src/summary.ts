import type { Summary } from './control.ts';
import type { Core } from './core.ts';
import type { ChargeState, Submission } from './records.ts';

const DEFAULT_WINDOW_MS = 10_000;

/** Reads the whole ledger: too slow for every request. */
export function summaryOf(core: Core): Summary {
  const { ledger, options } = core;
  const { counts } = ledger;
  const credits: Record<ChargeState, number> = { held: 0, charged: 0, refunded: 0 };
  for (const charge of ledger.charges()) credits[charge.state] += charge.credits;
  const submissions = ledger.submissions();
  const refused = submissions.filter((entry) => entry.decision === 'refused');
  return {
    ...counts,
    running: counts.created - counts.succeeded - counts.failed,
    balance: ledger.balance,
    heldCredits: credits.held,
    chargedCredits: credits.charged,
    refundedCredits: credits.refunded,
    refusedByCode: tally(refused, (entry) => String(entry.code)),
    faultsByKind: tally(submissions, (entry) => entry.fault),
    paidTwice: [...ledger.chargesByPrompt()].filter(([, times]) => times > 1).map(([key]) => key),
    maxSubmissionsPerWindow: ledger.maxSubmissionsInAnyWindow(options.rateLimit?.windowMs ?? DEFAULT_WINDOW_MS),
    maxQueriesPerSecond: ledger.maxQueriesInAnyWindow(1000),
    faultsLeft: core.faults.size,
    notRendered: core.videos.unavailable,
  };
}

function tally(entries: readonly Submission[], key: (entry: Submission) => string | undefined): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const entry of entries) {
    const name = key(entry);
    if (name !== undefined) sums[name] = (sums[name] ?? 0) + 1;
  }
  return sums;
}
