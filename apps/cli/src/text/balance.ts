import type { CreditsLeft } from '@kieq/queue';
import type { Paint } from './paint.ts';
import { duration } from './time.ts';

/** The balance with its age: one that nobody has asked for lately is no present one. */
export function balanceText(
  { balance, balanceAtMs, isOld }: Pick<CreditsLeft, 'balance' | 'balanceAtMs' | 'isOld'>,
  nowMs: number,
  paint: Paint,
): string {
  if (balance === null) return 'not asked yet';
  const age = balanceAtMs === null ? 'nobody knows when' : `${duration(Math.max(0, nowMs - balanceAtMs))} ago`;
  if (isOld) return paint.warn(`${balance} (old: asked ${age}, and not since)`);
  return `${balance} (asked ${age})`;
}
