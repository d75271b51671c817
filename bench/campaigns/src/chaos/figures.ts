import type { Case, Violation } from './findings.ts';
import type { World } from './world.ts';

/** One line of a result file. */
export interface ChaosFigures {
  readonly at: string;
  readonly seed: number;
  readonly seconds: number;
  /** Deeds of the plan that were done, by kind. */
  readonly done: Readonly<Record<string, number>>;
  /** Faults of the simulated Kie that struck a POST, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly orders: number;
  readonly acknowledged: number;
  /** Generations by state, dead ones by class. */
  readonly ends: Readonly<Record<string, number>>;
  readonly posts: number;
  readonly queries: number;
  readonly charges: number;
  readonly chargedTwice: number;
  readonly lost: number;
  /** Most POSTs in any window, of the limit; most queries in any second, of the budget. */
  readonly window: readonly [number, number];
  readonly queriesPerSecond: readonly [number, number];
  readonly callbacksToCallers: number;
  /** From the end of the faults to rest. */
  readonly drainMs: number;
  readonly violations: number;
}

export interface Outcome {
  readonly world: World;
  readonly seed: number;
  readonly cases: readonly Case[];
  readonly done: ReadonlyMap<string, number>;
  readonly drainMs: number;
  readonly violations: readonly Violation[];
}

export function figuresOf({ world, seed, cases, done, drainMs, violations }: Outcome): ChaosFigures {
  const { pool, profile, hooks } = world;
  const { ledger } = pool.simulator;
  const broken = (rule: string): number => violations.filter((one) => one.rule === rule).length;
  return {
    at: new Date().toISOString(),
    seed,
    seconds: profile.durationMs / 1000,
    done: Object.fromEntries([...done].toSorted(([a], [b]) => a.localeCompare(b))),
    faults: pool.simulator.summary().faultsByKind,
    orders: cases.filter(({ order }) => order !== undefined).length,
    acknowledged: cases.filter(({ order }) => order?.id !== undefined).length,
    ends: tally(cases),
    posts: ledger.counts.submissions,
    queries: ledger.counts.queries,
    charges: cases.reduce((sum, { charged }) => sum + charged.length, 0),
    chargedTwice: broken('charged twice'),
    lost: broken('lost') + broken('paid video lost'),
    window: [ledger.maxSubmissionsInAnyWindow(profile.submitWindowMs), profile.submitLimit],
    queriesPerSecond: [ledger.maxQueriesInAnyWindow(1000), profile.pollLimitPerSecond],
    callbacksToCallers: hooks.counts.received,
    drainMs,
    violations: violations.length,
  };
}

function tally(cases: readonly Case[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { record } of cases) {
    if (record === undefined) continue;
    const name = record.state === 'dead' ? `dead ${record.deadLetter?.class}` : record.state;
    sums[name] = (sums[name] ?? 0) + 1;
  }
  return sums;
}
