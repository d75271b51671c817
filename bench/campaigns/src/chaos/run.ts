import { carryOut } from './deeds.ts';
import { createDice } from './dice.ts';
import { drain } from './drain.ts';
import { faultRules } from './faults.ts';
import { openCases, type Violation } from './findings.ts';
import { historyOf, planText } from './history.ts';
import { checkAll } from './invariants.ts';
import { startLoad } from './load.ts';
import { createOrderBook } from './orders.ts';
import { planChaos } from './plan.ts';
import { figuresOf, type ChaosFigures } from './figures.ts';
import { buildWorld, type World, type WorldOptions } from './world.ts';
import { until } from '@kieq/testkit';

export interface ChaosOptions extends WorldOptions {
  /** Gets the plan, the progress, and the history of every violation. */
  readonly say: (text: string) => void;
}

export interface ChaosResult {
  readonly figures: ChaosFigures;
  readonly violations: readonly Violation[];
}

/** Histories that are printed; the rest are mostly of the same kind. */
const HISTORIES = 5;
/** How long callers with a key go on asking after the load has ended. */
const CALLERS_PATIENCE_MS = 30_000;
const FEW = 10;

/** The backlog meets the faults as well; a busy machine gets no further than half the campaign's time again. */
async function submitMost({ pool, profile }: World): Promise<void> {
  const queued = async (): Promise<number> => (await pool.ledger.read.stateCounts()).queued;
  await until(queued, (count) => count < FEW, profile.durationMs / 2).catch(() => undefined);
}

/**
 * Offers load while things break as the seed's plan says, lets everything come to rest and checks what must hold.
 * The same seed gives the same plan, orders and faults; what meets what depends on scheduling.
 */
export async function runChaos({ say, ...options }: ChaosOptions): Promise<ChaosResult> {
  const { seed, profile } = options;
  const plan = planChaos(seed, profile);
  say(`seed ${seed}, ${profile.durationMs / 1000} s, plan:\n${planText(plan)}`);
  const world = await buildWorld(options);
  try {
    const book = createOrderBook();
    const done = new Map<string, number>();
    const count = (what: string, by = 1): void => void done.set(what, (done.get(what) ?? 0) + by);
    await world.fleet.wakeAll();
    world.pool.simulator.script(faultRules(profile));
    const load = startLoad(world, book, seed);
    await carryOut({ world, book, dice: createDice(seed, 'deeds'), count }, plan);
    await world.fleet.wakeAll();
    await load.finish(CALLERS_PATIENCE_MS);
    await submitMost(world);
    const rest = await drain(world, say);
    const cases = await openCases(world, book.all);
    const violations: Violation[] = [
      ...Object.entries(rest.unrest).map(([what, number]) => ({ rule: 'comes to rest', what: `${number} ${what}` })),
      ...(await checkAll(world, book, cases)),
    ];
    for (const violation of violations.slice(0, HISTORIES)) say(await historyOf(world, cases, violation));
    return { figures: figuresOf({ world, seed, cases, done, drainMs: rest.ms, violations }), violations };
  } finally {
    await world.close();
  }
}
