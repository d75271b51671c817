import { partOf, type Setting } from '../setting.ts';
import { bullmqPeer } from './bullmq.ts';
import { kieqPeer } from './kieq.ts';
import type { Peer } from './peer.ts';
import { pgBossPeer } from './pg-boss.ts';
import { runPeer, type Scenario } from './run.ts';

const PEERS: readonly Peer[] = [kieqPeer({ callbacks: true }), kieqPeer({ callbacks: false }), bullmqPeer, pgBossPeer];
const SCENARIOS: readonly Scenario[] = ['calm', 'kills', 'lost answers'];
const WORKERS = 2;
const LIMIT = 20;
const WINDOW_MS = 10_000;
const WINDOWS = 15;
/** The simulator's default for kling-2.6. */
const MEDIAN_MS = 140_000;
const SIGMA = 0.15;
const SEED = 7;

/** The same job for every engine, with the same seeds: calm, with workers that are killed, and with responses that get lost. */
export async function* benchPeers({ redisUrl, scale, share }: Setting): AsyncGenerator<object> {
  for (const scenario of SCENARIOS) {
    for (const peer of PEERS) {
      const outcome = await runPeer(peer, {
        scenario,
        redisUrl: await redisUrl(),
        scale,
        seed: SEED,
        limit: LIMIT,
        windowMs: WINDOW_MS * scale,
        medianMs: MEDIAN_MS * scale,
        sigma: SIGMA,
        workers: WORKERS,
        windows: partOf(WINDOWS, share),
      });
      yield { scenario, engine: peer.name, generations: LIMIT * partOf(WINDOWS, share), workers: WORKERS, ...outcome };
    }
  }
}
