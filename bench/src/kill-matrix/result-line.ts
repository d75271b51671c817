import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pointName, type MatrixResult, type Place } from '@kieq/campaigns/kill-matrix';

interface Setting {
  readonly seed: number;
  readonly workers: number;
  readonly lockMs: number;
  readonly callbacks: boolean;
  readonly seconds: number;
}

/** How long jobs were in dead hands, in ms, and what at most 1 % may exceed. */
interface RecoveryFigures {
  readonly n: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly boundMs: number;
}

/** One line of `bench/results/kill-matrix.jsonl`. */
export async function lineOf(
  result: MatrixResult,
  places: readonly Place[],
  setting: Setting,
): Promise<Readonly<Record<string, unknown>> & { readonly recovery: RecoveryFigures }> {
  const { struck, answers, recoveries, violations, ...figures } = result;
  const sorted = recoveries.toSorted((a, b) => a - b);
  return {
    date: new Date().toISOString(),
    commit: await commit(),
    ...setting,
    seconds: Math.round(setting.seconds),
    strikes: result.kills + result.freezes,
    ...figures,
    violations: violations.length,
    recovery: { n: sorted.length, p50: at(sorted, 0.5), p99: at(sorted, 0.99), boundMs: boundMs(setting.lockMs) },
    unreached: unreached(result, places).length,
    // By name, so that what was seen is known from the line alone.
    missing: unreached(result, places),
    // Kills and freezes of each point, and strikes under each answer.
    points: Object.fromEntries(Object.entries(struck).map(([point, { kill, freeze }]) => [point, [kill, freeze]])),
    answers,
  };
}

/** Places that the run without strikes has seen, and at which this one has struck no process. */
export function unreached({ struck }: MatrixResult, places: readonly Place[]): string[] {
  return [...new Set(places.map(pointName))].filter((name) => struck[name] === undefined).toSorted();
}

/** The job lock, twice the stalled interval, which is a third of it, and one second. */
function boundMs(lockMs: number): number {
  return lockMs + 2 * Math.ceil(lockMs / 3) + 1000;
}

/** The least of the values that so large a share does not exceed; null of none. */
function at(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

async function commit(): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD']);
  return stdout.trim();
}
