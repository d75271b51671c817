import type { GenerationRecord } from '@kieq/ledger';

/** The account's balance, and how long it lasts if the last hour goes on; null: not known. */
export interface CreditsLeft {
  readonly balance: number | null;
  /** When Kie told it, as epoch ms. */
  readonly balanceAtMs: number | null;
  /** It was told so long ago that nothing is reckoned with it: workers ask every five minutes. */
  readonly isOld: boolean;
  /** Mean of recent successes × successes of the last hour. */
  readonly perHour: number | null;
  readonly hoursLeft: number | null;
}

/** Workers ask every five minutes (`balanceMs`): after three times in vain nobody does. In ms. */
const OLD_MS = 15 * 60_000;

/** Whether a balance was told too long ago to be taken for the present one; also where nobody knows when. */
export function isOldBalance(stats: Readonly<Record<string, number>>, atMs: number): boolean {
  const toldAt = stats['balanceAt'];
  return stats['balance'] !== undefined && (toldAt === undefined || atMs - toldAt > OLD_MS);
}

/** What a success costs now, by those at hand; null where none of them tells. */
export function meanCredits(recent: readonly GenerationRecord[]): number | null {
  const known = recent.flatMap(({ verdict }) =>
    verdict?.creditsConsumed === undefined ? [] : [verdict.creditsConsumed],
  );
  return known.length === 0 ? null : known.reduce((sum, credits) => sum + credits, 0) / known.length;
}

/**
 * @param stats of the ledger: `balance` and `balanceAt`, once a worker has asked Kie
 * @param atMs epoch ms by Redis' clock
 */
export function creditsLeft(
  stats: Readonly<Record<string, number>>,
  atMs: number,
  succeededLastHour: number,
  eachCosts: number | null,
): CreditsLeft {
  const balance = stats['balance'] ?? null;
  const perHour = eachCosts === null ? null : eachCosts * succeededLastHour;
  const isOld = isOldBalance(stats, atMs);
  const hoursLeft = balance === null || isOld || perHour === null || perHour === 0 ? null : balance / perHour;
  return { balance, balanceAtMs: stats['balanceAt'] ?? null, isOld, perHour, hoursLeft };
}
