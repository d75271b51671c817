import * as fc from 'fast-check';

/** A longer value is cut in messages; the seed finds the whole value again. */
const SHOWN = 1500;

export interface Runs {
  /** The same values in every run; change it for other values. */
  readonly seed: number;
  readonly runs: number;
}

/** Fails with the seed and the smallest value that was found; searches a smaller one for 10 s at most. */
export async function holds<Values>(property: fc.IAsyncProperty<Values>, { seed, runs }: Runs): Promise<void> {
  const found = await fc.check(property, { seed, numRuns: runs, interruptAfterTimeLimit: 10_000 });
  if (!found.failed) return;
  const { counterexample, counterexamplePath, errorInstance: cause } = found;
  const why = cause instanceof Error ? cause.message : String(cause);
  const shown = fc.stringify(counterexample).slice(0, SHOWN);
  throw new Error(`seed ${seed}, path ${counterexamplePath}: ${why.slice(0, SHOWN)}\n${shown}`, { cause });
}
