import { setTimeout as sleep } from 'node:timers/promises';
import { createSimulator, type Simulator } from '@kieq/simulator';
import { TEST_KEY, type AppProcess } from '@kieq/testkit';
import { seeded } from '../schedule/random.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import type { Peer, PeerPlace, RunningPeer } from './peer.ts';

export type RunOutcome = Outcome & { readonly kills: number; readonly shownAsOpen: number };

/** What goes wrong during a run. */
export type Scenario = 'calm' | 'kills' | 'lost answers';

export interface Run extends Omit<PeerPlace, 'kieUrl'> {
  readonly scenario: Scenario;
  readonly windows: number;
}

/** In production: how long it takes until another worker dies; so often as there are windows. */
const KILL_EVERY_MS = { least: 10_000, most: 30_000 };
const LOST_SHARE = 0.05;
/** Nothing new for so long, in production, while no task runs: what is missing now never comes. */
const QUIET_MS = 120_000;
const LEAST_QUIET_MS = 8000;
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

/** Workers, deaths of workers, and the wait for the end. Returns how many were killed. */
async function drive(peer: RunningPeer, simulator: Simulator, run: Run, count: number): Promise<number> {
  // One after the other: should one fail to start, none is left that nobody knows of.
  const workers: AppProcess[] = [];
  for (let i = 0; i < run.workers; i += 1) workers.push(await peer.startWorker());
  const over = new AbortController();
  const killing = run.scenario === 'kills' ? killNowAndThen(peer, workers, run, over.signal) : Promise.resolve(0);
  try {
    await Promise.race([waitForEnd(peer, simulator, run, count), killing.then(() => new Promise(() => undefined))]);
  } finally {
    over.abort();
    await Promise.allSettled([killing]);
  }
  return killing;
}

/** Kills a worker at a random moment and starts another one in its place. The seed decides when and which. */
async function killNowAndThen(
  peer: RunningPeer,
  workers: AppProcess[],
  { seed, scale, windows }: Run,
  over: AbortSignal,
): Promise<number> {
  const random = seeded(seed);
  const { least, most } = KILL_EVERY_MS;
  for (let kills = 0; kills < windows; kills += 1) {
    await sleep((least + random() * (most - least)) * scale, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) return kills;
    const at = Math.floor(random() * workers.length);
    workers[at]?.signal('SIGKILL');
    await workers[at]?.ended;
    workers[at] = await peer.startWorker();
  }
  return windows;
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
    if (delivered >= count || isIdle) return;
    await sleep(LOOK_EVERY_MS);
  }
}
