import * as fc from 'fast-check';
import type { Mutation } from './clocked-redis.ts';
import { drain } from './drain.ts';
import { openGround, Play } from './play.ts';
import { histories, type Step } from './steps.ts';

export interface Campaign {
  readonly url: string;
  readonly runs: number;
  readonly seed: number;
  /** Default: the ledger as it is. */
  readonly mutate?: Mutation;
  /** Default true: a history that fails is made as short as it can be. */
  readonly isShrunk?: boolean;
}

export interface CampaignResult {
  /** Histories played, of them or of the shorter ones after the first that failed. */
  readonly histories: number;
  readonly calls: number;
  /** Every script with what it answered, such as `admit busy`, and how often. */
  readonly answers: ReadonlyMap<string, number>;
  /** The counterexample in words; undefined when every history went as the model says. */
  readonly failure?: string;
}

/** Plays many histories on an empty server of its own. */
export async function playMany({ url, runs, seed, mutate, isShrunk = true }: Campaign): Promise<CampaignResult> {
  const ground = openGround(url, mutate);
  const answers = new Map<string, number>();
  const property = fc.asyncProperty(histories, async (history) => {
    await ground.redis.flushdb();
    const play = new Play(ground);
    try {
      await play.start();
      for (const step of history) await play.step(step);
      await drain(play);
    } finally {
      for (const [answer, n] of play.answers) answers.set(answer, (answers.get(answer) ?? 0) + n);
    }
  });
  try {
    const details = await fc.check(property, { numRuns: runs, seed, endOnFailure: !isShrunk });
    const calls = [...answers.values()].reduce((sum, n) => sum + n, 0);
    const result = { histories: details.numRuns, calls, answers };
    return details.failed ? { ...result, failure: inWords(details) } : result;
  } finally {
    ground.redis.disconnect();
  }
}

type Ended = fc.RunDetails<[history: readonly Step[]]>;

function inWords({ seed, numRuns, numShrinks, errorInstance }: Ended): string {
  const what = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `seed ${seed}, history ${numRuns}, made shorter ${numShrinks} times:\n${what}`;
}
