import { KieError } from '@kieq/kie';
import type { CreditProbeDeps } from './upkeep-deps.ts';
import { kill } from '../jobs/add-delivery.ts';

const OLDEST = 100;

/**
 * While the credits gate is closed: reads the balance when it is this worker's turn, and opens dead letters for
 * generations that waited too long.
 */
export async function probeCredits(context: CreditProbeDeps): Promise<void> {
  const { ledger, kie, logger } = context;
  const gates = await ledger.gates.closed();
  if (!gates.some(({ reason }) => reason === 'credits')) return watchBalance(context);
  if (await ledger.gates.claimProbe()) {
    try {
      const balance = await kie.credits({ signal: context.deadline });
      const result = await ledger.gates.probeResult(balance);
      logger.warn({ balance, gate: result.kind }, 'probed the balance for the credits gate');
    } catch (error) {
      if (!(error instanceof KieError)) throw error;
      logger.warn({ err: error }, 'reading the balance failed; the credits gate stays closed');
    }
  }
  await deadLetterUnpaid(context);
}

/** No decision depends on this balance: it informs operators, and alerts before the account is empty. */
async function watchBalance({ ledger, kie, timings, logger, deadline }: CreditProbeDeps): Promise<void> {
  if (!(await ledger.gates.claimBalance(timings.balanceMs))) return;
  try {
    const balance = await kie.credits({ signal: deadline });
    await ledger.gates.noteBalance(balance);
  } catch (error) {
    if (!(error instanceof KieError)) throw error;
    logger.info({ err: error }, 'reading the balance failed; will try again');
  }
}

/** The queue's order is the order of queueing, so the first one that is not due ends the search. */
async function deadLetterUnpaid(context: CreditProbeDeps): Promise<void> {
  const { ledger, logger, metrics } = context;
  const evidence = { summary: 'the account had no credits for longer than the credit deadline' };
  for (;;) {
    const { items } = await ledger.read.listState('queued', { limit: OLDEST, newestFirst: false });
    let deadLettered = 0;
    for (const { id } of items) {
      const killed = await kill(context, { id, class: 'insufficient_credits', expected: 'queued', evidence });
      if (killed.kind === 'not_yet') return;
      if (killed.kind !== 'dead') continue;
      deadLettered += 1;
      metrics.sweeps.inc({ action: 'insufficient_credits' });
      logger.error({ generation: id }, evidence.summary);
    }
    if (deadLettered === 0) return;
  }
}
