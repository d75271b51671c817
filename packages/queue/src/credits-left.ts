import type { GenerationRecord } from '@kieq/ledger';

/** The account's balance, and how long it lasts if the last hour goes on; null: not known. */
export interface CreditsLeft {
  readonly balance: number | null;
  /** When Kie told it, as epoch ms. */
  readonly balanceAtMs: number | null;
  /** Mean of recent successes × successes of the last hour. */
  readonly perHour: number | null;
  readonly hoursLeft: number | null;
}

/** What a success costs now, by those at hand; null where none of them tells. */
export function meanCredits(recent: readonly GenerationRecord[]): number | null {
  const known = recent.flatMap(({ verdict }) =>
    verdict?.creditsConsumed === undefined ? [] : [verdict.creditsConsumed],
  );
  return known.length === 0 ? null : known.reduce((sum, credits) => sum + credits, 0) / known.length;
}

/** @param stats of the ledger: `balance` and `balanceAt`, once a worker has asked Kie */
export function creditsLeft(
  stats: Readonly<Record<string, number>>,
  succeededLastHour: number,
  eachCosts: number | null,
): CreditsLeft {
  const balance = stats['balance'] ?? null;
  const perHour = eachCosts === null ? null : eachCosts * succeededLastHour;
  const hoursLeft = balance === null || perHour === null || perHour === 0 ? null : balance / perHour;
  return { balance, balanceAtMs: stats['balanceAt'] ?? null, perHour, hoursLeft };
}
