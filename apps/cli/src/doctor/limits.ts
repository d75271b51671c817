import type { Environment } from '@kieq/config';
import { ageAtSurvival, commonKinds, completionDistribution, priorFor, requestKindOf } from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import { duration } from '../text/time.ts';
import { ok, warning, type Finding } from './finding.ts';

/** What Kie documents (docs/kie/facts.md#rules-of-the-account). */
const DOCUMENTED = { submissions: 20, windowMs: 10_000, queriesPerSecond: 10 };
/** Refusals with 429 beyond this share are more than chance. */
const REFUSED_SHARE = 0.01;
const ENOUGH_SUBMISSIONS = 100;
const KINDS = 10;
/** Nineteen of twenty tasks take no longer. */
const SURVIVAL = 0.05;
/** Share of the grace that running calls may use. */
const CALLS_SHARE = 0.8;

/** The limits that hold: the pool's, or what this environment would store. */
export interface Limits {
  readonly submitLimit: number;
  readonly submitWindowMs: number;
  readonly submitTimeoutMs: number;
  readonly maxInFlight: number;
  readonly pollLimitPerSecond: number;
}

export function limitsOf(
  stored: Readonly<Record<string, string>>,
  env: Environment<'pool'> | undefined,
): Limits | undefined {
  const of = (name: keyof Limits): number => Number(stored[name] ?? env?.[name]);
  const limits = {
    submitLimit: of('submitLimit'),
    submitWindowMs: of('submitWindowMs'),
    submitTimeoutMs: of('submitTimeoutMs'),
    maxInFlight: of('maxInFlight'),
    pollLimitPerSecond: of('pollLimitPerSecond'),
  };
  return Object.values(limits).every((value) => value > 0) ? limits : undefined;
}

/**
 * The configured limits against what Kie documents and what was seen of the account.
 * @param graceMs `KIEQ_SHUTDOWN_GRACE_MS` of this environment
 */
export async function checkLimits(
  ledger: Ledger,
  limits: Limits,
  graceMs: number | undefined,
  nowMs: number,
): Promise<Finding[]> {
  const [{ learned }, stats, longestMs] = await Promise.all([
    ledger.read.window(),
    ledger.read.stats(),
    longestTaskMs(ledger),
  ]);
  const found = [
    ...againstDocuments(limits),
    ...inFlight(limits, longestMs),
    ...refusals(limits, learned, stats, nowMs),
    ...grace(limits, graceMs),
  ];
  if (found.length > 0) return found;
  const { submitLimit, submitWindowMs, maxInFlight, pollLimitPerSecond } = limits;
  const text = `${submitLimit} submissions per ${duration(submitWindowMs)}, ${maxInFlight} in flight, ${pollLimitPerSecond} queries per second`;
  return [ok('limits', text)];
}

function againstDocuments({ submitLimit, submitWindowMs, pollLimitPerSecond }: Limits): Finding[] {
  const { submissions, windowMs, queriesPerSecond } = DOCUMENTED;
  const found: Finding[] = [];
  if (submitLimit / submitWindowMs > submissions / windowMs) {
    const message = `${submitLimit} submissions per ${duration(submitWindowMs)} are more than the ${submissions} per ${duration(windowMs)} that Kie documents`;
    const fix = `Unless Kie raised your account's limit: kieq config set submitLimit ${submissions}.`;
    found.push(warning('limits', message, fix));
  }
  if (pollLimitPerSecond > queriesPerSecond) {
    const message = `${pollLimitPerSecond} queries per second are more than the ${queriesPerSecond} that Kie documents`;
    found.push(warning('limits', message, `kieq config set pollLimitPerSecond ${queriesPerSecond}`));
  }
  return found;
}

function inFlight({ submitLimit, submitWindowMs, maxInFlight }: Limits, longestMs: number | undefined): Finding[] {
  if (longestMs === undefined) return [];
  const needed = Math.ceil((submitLimit / submitWindowMs) * longestMs);
  if (maxInFlight >= needed) return [];
  const message = `${maxInFlight} in flight hold back a full window: tasks take up to ${duration(longestMs)}, so ${needed} run at once`;
  return [warning('limits', message, `kieq config set maxInFlight ${needed}`)];
}

function refusals(
  { submitLimit, submitWindowMs }: Limits,
  learned: Readonly<Record<string, number>>,
  stats: Readonly<Record<string, number>>,
  nowMs: number,
): Finding[] {
  const fix = 'If anything else uses this Kie account, subtract it: kieq config set submitLimit <n>.';
  const { cutLimit, cutAt } = learned;
  const found: Finding[] = [];
  if (cutLimit !== undefined && cutAt !== undefined) {
    const now = Math.min(submitLimit, cutLimit + Math.floor((nowMs - cutAt) / (10 * submitWindowMs)));
    const message = `Kie answered 429 ${duration(Math.max(0, nowMs - cutAt))} ago; the limit is ${now} of ${submitLimit} until it has recovered`;
    if (now < submitLimit) found.push(warning('limits', message, fix));
  }
  const [refused, admitted] = [stats['refused:rate_limited'] ?? 0, stats['admitted'] ?? 0];
  if (admitted >= ENOUGH_SUBMISSIONS && refused / admitted > REFUSED_SHARE) {
    const share = `${((refused / admitted) * 100).toFixed(1)} %`;
    found.push(warning('limits', `Kie refused ${share} of ${admitted} submissions with 429 over the pool's life`, fix));
  }
  return found;
}

function grace({ submitTimeoutMs }: Limits, graceMs: number | undefined): Finding[] {
  const needed = Math.ceil(submitTimeoutMs / CALLS_SHARE);
  if (graceMs === undefined || graceMs >= needed) return [];
  const message = `KIEQ_SHUTDOWN_GRACE_MS is ${graceMs}: a worker that ends cuts submissions that Kie answers within the ${submitTimeoutMs} ms allowed`;
  return [warning('limits', message, `Set KIEQ_SHUTDOWN_GRACE_MS to at least ${needed}.`)];
}

/** Of the kinds that were common lately; undefined where nothing has been learned yet. */
async function longestTaskMs({ read }: Ledger): Promise<number | undefined> {
  const kinds = commonKinds((await read.learnedKinds()).recent, KINDS);
  const samples = await read.durations(kinds);
  const ages = kinds.map((kind, i) => ageOf(kind, samples[i] ?? []));
  return ages.length === 0 ? undefined : Math.max(...ages);
}

function ageOf(kind: string, sample: readonly number[]): number {
  return ageAtSurvival(completionDistribution(sample, priorFor(requestKindOf(kind))), SURVIVAL);
}
