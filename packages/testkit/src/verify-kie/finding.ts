/** What one fact of docs/kie/facts.md looks like at the service. */
export type Verdict = 'confirmed' | 'differs' | 'not checked';

/** One row of the report. */
export interface Finding {
  /** The mark of the fact in docs/kie/facts.md, `<!-- fact:id -->`. */
  readonly id: string;
  readonly verdict: Verdict;
  /** What the document says, in short. */
  readonly expected: string;
  /** What the service answered, or why the fact was not checked. */
  readonly seen: string;
}

/** The outcome of a check that could be made. */
export interface Seen {
  readonly holds: boolean;
  readonly seen: string;
}

/** A fact that can be checked. The check throws an Error with the reason where the service gave nothing to judge. */
export interface Check<Context> {
  readonly id: string;
  readonly expected: string;
  readonly run: (context: Context) => Promise<Seen> | Seen;
}

/** Runs one check. A failure on the way there is a reason, and never a difference. */
export async function findingOf<Context>(check: Check<Context>, context: Context): Promise<Finding> {
  const { id, expected } = check;
  try {
    const { holds, seen } = await check.run(context);
    return { id, expected, verdict: holds ? 'confirmed' : 'differs', seen };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { id, expected, verdict: 'not checked', seen: reason };
  }
}

/** The finding of every check, each without a run. */
export function withoutRun(checks: readonly Pick<Check<never>, 'id' | 'expected'>[], reason: string): Finding[] {
  return checks.map(({ id, expected }) => ({ id, expected, verdict: 'not checked', seen: reason }));
}
