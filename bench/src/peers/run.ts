import { setTimeout as sleep } from 'node:timers/promises';
import { createSimulator, mulberry32, type LedgerView, type Simulator } from '@kieq/simulator';
import { TEST_KEY, until, type AppProcess } from '@kieq/testkit';
import { outcomeOf, type Outcome } from './outcome.ts';
import type { Peer, PeerPlace, RunningPeer } from './peer.ts';

export type RunOutcome = Outcome & { readonly kills: number; readonly shownAsOpen: number };

/** What goes wrong during a run. */
export type Scenario = 'calm' | 'kills' | 'lost answers';

export interface Run extends Omit<PeerPlace, 'kieUrl'> {
  readonly scenario: Scenario;
  readonly windows: number;
}

/** A worker is killed at a random moment after one of the next submissions, mostly while its own or another one is open. */
const KILL_AFTER = { leastSubmissions: 5, mostSubmissions: 25, withinMs: 2000 } as const;
const LONGEST_MS = 3_600_000;
const LOST_SHARE = 0.05;
/** Without progress for this long, in production, while no task runs: the rest never comes. */
const QUIET_MS = 120_000;
/** pg-boss counts expiry and pauses in whole seconds, which do not shrink with the scale. */
const LEAST_QUIET_MS = 45_000;
const LOOK_EVERY_MS = 100;

/** One engine through one scenario; the simulated Kie lives in this process, so that its books are the oracle. */
export async function runPeer(peer: Peer, run: Run): Promise<RunOutcome> {
  const simulator = simulatorOf(run);
  const { url } = await simulator.start();
  try {
    const running = await peer.start({ ...run, kieUrl: url });
    try {
      const prompts = Array.from({ length: run.limit * run.windows }, (_, i) => `generation ${i}`);
      await running.enqueue(prompts);
      const kills = await drive(running, simulator, run, prompts.length);
      const delivered = await running.deliveredPrompts();
      const shownAsOpen = await running.shownAsOpen();
      return { ...outcomeOf(simulator.ledger, { ...run, prompts, delivered }), kills, shownAsOpen };
    } finally {
      await running.stop();
    }
  } finally {
    await simulator.stop();
  }
}

function simulatorOf({ scale, seed, limit, windowMs, medianMs, sigma, scenario }: Run): Simulator {
  const scaled = (minMs: number, maxMs: number) => ({ minMs: minMs * scale, maxMs: maxMs * scale });
  const simulator = createSimulator({
    apiKey: TEST_KEY,
    seed,
    results: 'tiny',
    rateLimit: { limit, windowMs },
    createLatency: scaled(300, 900),
    queryLatency: scaled(50, 150),
    generation: { kind: 'lognormal', medianMs, sigma },
  });
  if (scenario === 'lost answers')
    simulator.script([{ on: 'createTask', when: { probability: LOST_SHARE }, fault: { kind: 'cutAfter' } }]);
  return simulator;
}

interface Fleet {
  readonly peer: RunningPeer;
  readonly workers: AppProcess[];
  readonly ledger: LedgerView;
}

/** Workers, deaths of workers, and the wait for the end. Returns how many were killed. */
async function drive(peer: RunningPeer, simulator: Simulator, run: Run, count: number): Promise<number> {
  // One after the other: if one fails to start, no unknown process is left.
  const workers: AppProcess[] = [];
  for (let i = 0; i < run.workers; i += 1) workers.push(await peer.startWorker());
  const fleet = { peer, workers, ledger: simulator.ledger };
  const over = new AbortController();
  const killing = run.scenario === 'kills' ? killNowAndThen(fleet, run, over.signal) : Promise.resolve(0);
  try {
    await Promise.race([waitForEnd(peer, simulator, run, count), killing.then(() => new Promise(() => undefined))]);
  } finally {
    over.abort();
    await Promise.allSettled([killing]);
  }
  return killing;
}

/** Kills a worker now and then and starts another one instead. The seed decides when and which. */
async function killNowAndThen(
  { peer, workers, ledger }: Fleet,
  { seed, scale }: Run,
  over: AbortSignal,
): Promise<number> {
  const random = mulberry32(seed);
  const { leastSubmissions, mostSubmissions, withinMs } = KILL_AFTER;
  for (let kills = 0; ; kills += 1) {
    const more = leastSubmissions + Math.floor(random() * (mostSubmissions - leastSubmissions));
    const target = ledger.counts.submissions + more;
    await until(
      () => ledger.counts.submissions,
      (sent) => sent >= target || over.aborted,
      LONGEST_MS,
      5,
    );
    await sleep(random() * withinMs * scale);
    if (over.aborted) return kills;
    const at = Math.floor(random() * workers.length);
    workers[at]?.signal('SIGKILL');
    await workers[at]?.ended;
    workers[at] = await peer.startWorker();
  }
}

/** Until all is delivered, or nothing happens any more. */
async function waitForEnd(peer: RunningPeer, { ledger }: Simulator, { scale }: Run, count: number): Promise<void> {
  const quietMs = Math.max(LEAST_QUIET_MS, QUIET_MS * scale);
  let [seen, changedAt] = ['', performance.now()];
  for (;;) {
    const delivered = await peer.delivered();
    const { created, succeeded } = ledger.counts;
    const now = `${created} ${succeeded} ${delivered}`;
    if (now !== seen) [seen, changedAt] = [now, performance.now()];
    const isIdle = succeeded === created && performance.now() - changedAt > quietMs;
    // An engine that pays twice may deliver twice: only when every task is delivered nothing can be missing.
    if (delivered >= Math.max(count, created) || isIdle) return;
    await sleep(LOOK_EVERY_MS);
  }
}
