import type { GenerationRecord } from '@kieq/ledger';

/** The account's balance, and how long it lasts if the last hour goes on; null: not known. */
export interface CreditsLeft {
  readonly balance: number | null;
  /** When it was read from Kie, as epoch ms. */
  readonly balanceAtMs: number | null;
  /** It is too old for estimates: workers read it every five minutes. */
  readonly isOld: boolean;
  /** Mean of recent successes × successes of the last hour. */
  readonly perHour: number | null;
  readonly hoursLeft: number | null;
}

/** Workers read it every five minutes (`balanceMs`); after three missed readings it is old. In ms. */
const OLD_MS = 15 * 60_000;

/** Whether a balance is too old to count as current; also if its time is unknown. */
export function isOldBalance(stats: Readonly<Record<string, number>>, atMs: number): boolean {
  const readAt = stats['balanceAt'];
  return stats['balance'] !== undefined && (readAt === undefined || atMs - readAt > OLD_MS);
}

/** Mean cost of the given successes; null if none of them reports one. */
export function meanCredits(recent: readonly GenerationRecord[]): number | null {
  const known = recent.flatMap(({ verdict }) =>
    verdict?.creditsConsumed === undefined ? [] : [verdict.creditsConsumed],
  );
  return known.length === 0 ? null : known.reduce((sum, credits) => sum + credits, 0) / known.length;
}

/**
 * @param stats of the ledger: `balance` and `balanceAt`, once a worker has read it from Kie
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
