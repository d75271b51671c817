import type { FaultRule } from '@kieq/simulator';
import type { Subject } from './subject.ts';

/** How a generation may end: a state, or a dead letter by its class. */
export type End = 'succeeded' | 'failed' | `dead:${string}` | 'none';

/** What happens to one generation besides the strike: what Kie answers, what its callers and other people do. */
export interface Scenario {
  readonly name: string;
  /** Every allowed end; a strike at the POST may leave it `payment_unknown` in any of them. */
  readonly ends: readonly End[];
  /** Only where Kie's callbacks reach the gateway. */
  readonly needsCallbacks?: true;
  /**
   * Plays it. What a strike prevents is left out: whoever waits for a state that never comes gives up.
   * @throws when it gave up
   */
  readonly play: (subject: Subject) => Promise<void>;
  /**
   * Plays its end again while the fleet comes to rest. A worker that wakes late can bring a task to a generation that had
   * ended when `play` had done its part.
   */
  readonly whileResting?: (subject: Subject) => Promise<void>;
}

/** After a POST that nobody can tell about a person decides. */
const UNPAID: End = 'dead:payment_unknown';

export function scenario(
  name: string,
  ends: readonly End[],
  play: Scenario['play'],
  whileResting?: Scenario['play'],
): Scenario {
  return { name, ends: [...ends, UNPAID], play, ...(whileResting === undefined ? {} : { whileResting }) };
}

/** Kie answers createTask so, once; after that as always. */
export function answered(
  name: string,
  fault: Extract<FaultRule, { on: 'createTask' }>['fault'],
  ends: readonly End[] = ['succeeded'],
): Scenario {
  return scenario(name, ends, async (subject) => {
    subject.script({ on: 'createTask', fault });
    await subject.enqueue();
  });
}

/** Kie's answers about the task, its callbacks or its fate are so; it is submitted without trouble. */
export function followed(name: string, rules: readonly FaultRule[], ends: readonly End[] = ['succeeded']): Scenario {
  return scenario(name, ends, async (subject) => {
    subject.script(...rules);
    await subject.enqueue();
  });
}
