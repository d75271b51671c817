import type { CallbackAttempt } from '@kieq/simulator';
import { endProblems } from './ends.ts';
import type { Case, TakenCallbacks, Violation } from './findings.ts';
import { leakedSecrets } from './leaks.ts';
import type { OrderBook } from './orders.ts';
import type { World } from './world.ts';

/** Everything that must hold when a campaign has come to rest. */
export async function checkAll(world: World, book: OrderBook, cases: readonly Case[]): Promise<Violation[]> {
  return [
    ...caseViolations(world, cases),
    ...limitViolations(world),
    ...callbackViolations(world, cases),
    ...(await ledgerViolations(world, cases)),
    ...book.problems.map((what) => ({ rule: 'one order, one generation', what })),
    ...world.fleet.crashes.map((what) => ({ rule: 'no process ends unexpectedly', what })),
    ...(await leakedSecrets(world)).map((what) => ({ rule: 'no secret in a log', what })),
  ];
}

function caseViolations(world: World, cases: readonly Case[]): Violation[] {
  const taken = takenCallbacks(world.pool.simulator.ledger.callbacks());
  return cases.flatMap((one) =>
    endProblems(one, taken).map((problem) => ({ ...problem, prompt: one.prompt, ...idOf(one) })),
  );
}

function idOf({ record, order }: Case): { readonly id?: string } {
  const id = record?.id ?? order?.id;
  return id === undefined ? {} : { id };
}

function takenCallbacks(callbacks: readonly CallbackAttempt[]): TakenCallbacks {
  const taken = new Map<string, CallbackAttempt[]>();
  for (const one of callbacks) {
    if (one.genuine && one.status === 200) taken.set(one.taskId, [...(taken.get(one.taskId) ?? []), one]);
  }
  return taken;
}

/** G4, by the moments at which the simulator saw the requests. */
function limitViolations({ pool, profile }: World): Violation[] {
  const { ledger } = pool.simulator;
  const posts = ledger.maxSubmissionsInAnyWindow(profile.submitWindowMs);
  const queries = ledger.maxQueriesInAnyWindow(1000);
  return [
    ...(posts > profile.submitLimit ? [{ rule: 'window exceeded', what: `${posts} POSTs in a window` }] : []),
    ...(queries > profile.pollLimitPerSecond
      ? [{ rule: 'query budget exceeded', what: `${queries} queries in a second` }]
      : []),
  ];
}

/** Every end was delivered to the caller that asked for it, correctly, at least once. */
function callbackViolations({ hooks }: World, cases: readonly Case[]): Violation[] {
  const untold = cases.flatMap((one) => {
    const { record } = one;
    if (record?.callback !== true) return [];
    const last = hooks.told.get(record.id)?.at(-1);
    const expected = record.state === 'succeeded' ? 'success' : 'fail';
    if (last === expected && record.delivery?.state === 'delivered') return [];
    const what = `${record.state}, its caller got ${last ?? 'nothing'}; the delivery is ${record.delivery?.state}`;
    return [{ rule: 'end delivered', what, prompt: one.prompt, id: record.id }];
  });
  return [...untold, ...hooks.problems.map((what) => ({ rule: 'callback signed', what }))];
}

/** The ledger's own books: what it counted, what it booked, what it mirrors. */
async function ledgerViolations({ pool }: World, cases: readonly Case[]): Promise<Violation[]> {
  const { ledger, queues, simulator } = pool;
  const [stats, deadLetters] = await Promise.all([ledger.read.stats(), ledger.read.deadLetterCounts()]);
  const open = Object.values(deadLetters).reduce((sum, count) => sum + count, 0);
  const mirrored = await queues['dead-letter'].count();
  const booked = stats['credits'] ?? 0;
  const priced = cases.reduce((sum, { record }) => {
    const task = record?.state === 'succeeded' ? simulator.ledger.task(record.taskId ?? '') : undefined;
    return sum + (task?.credits ?? 0);
  }, 0);
  const paidAgain = cases.reduce((sum, { order }) => sum + (order?.paidAgain ?? 0), 0);
  const surplus = stats['surplus'] ?? 0;
  const repaired = stats['index_repaired'] ?? 0;
  return [
    ...(repaired > 0 ? [{ rule: 'indexes agree', what: `${repaired} repaired` }] : []),
    ...(mirrored === open ? [] : [{ rule: 'dead letters mirrored', what: `${open} open, ${mirrored} mirrored` }]),
    ...(booked === priced ? [] : [{ rule: 'credits booked', what: `${booked} booked, ${priced} spent on successes` }]),
    ...(surplus > paidAgain ? [{ rule: 'surplus', what: `${surplus} surplus, ${paidAgain} paid again` }] : []),
  ];
}
