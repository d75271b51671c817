import type { Proxies } from '@kieq/proxy';
import { duration } from '../text/time.ts';
import { ask } from './ask.ts';
import { ok, problem, skipped, warning, type Finding } from './finding.ts';

/** Rounding of Kie's `Date` to seconds, and the way there and back. */
const TOLERATED_MS = 5000;
/** A task is recognised by a creation time within a minute of its attempt; callbacks may be five minutes old. */
const HARMFUL_MS = 60_000;
const TIMEOUT_MS = 10_000;

/** Another clock, compared with that of this machine. */
export interface Skew {
  /** How far it is ahead, in ms. */
  readonly aheadMs: number;
}

/** @param readMs reads its epoch ms; compared with the middle of the call */
export async function skewOf(readMs: () => Promise<number>): Promise<Skew> {
  const before = Date.now();
  const shown = await readMs();
  return { aheadMs: shown - (before + Date.now()) / 2 };
}

/** By the `Date` of any answer, so without a key; undefined where there is none. */
export async function kieSkew(baseUrl: string, proxies: Proxies): Promise<Skew | undefined> {
  try {
    return await skewOf(async () => {
      const { headers } = await ask(baseUrl, proxies, { method: 'HEAD', timeoutMs: TIMEOUT_MS });
      const shown = Date.parse(headers.date ?? '');
      if (Number.isNaN(shown)) throw new Error('no date');
      // The header has whole seconds.
      return shown + 500;
    });
  } catch {
    return undefined;
  }
}

/** This machine's clock, Redis' and Kie's against each other; the ledger lives by that of Redis. */
export function checkClocks(redis: Skew | undefined, kie: Skew | undefined): Finding[] {
  const found: Finding[] = [];
  if (redis !== undefined) found.push(compare("Redis' clock", "this machine's", redis.aheadMs));
  if (redis !== undefined && kie !== undefined)
    found.push(compare("Redis' clock", "Kie's", redis.aheadMs - kie.aheadMs));
  else if (kie !== undefined) found.push(compare("Kie's clock", "this machine's", kie.aheadMs));
  if (kie === undefined) found.push(skipped('clock', 'Kie did not send its time', 'See the finding about Kie.'));
  return found;
}

function compare(one: string, other: string, aheadMs: number): Finding {
  const away = Math.abs(aheadMs);
  const where = aheadMs > 0 ? 'ahead of' : 'behind';
  const message =
    away < TOLERATED_MS
      ? `${one} agrees with ${other}, within ${duration(TOLERATED_MS)}`
      : `${one} is ${duration(away)} ${where} ${other}`;
  const fix = 'Let NTP set the clocks of Redis, gateways and workers (timedatectl, chronyc tracking).';
  if (away < TOLERATED_MS) return ok('clock', message);
  if (away < HARMFUL_MS) return warning('clock', message, fix);
  return problem(
    'clock',
    `${message}: tasks whose createTask response was lost cannot be matched, and signed callbacks are refused`,
    fix,
  );
}
