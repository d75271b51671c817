import { createSimulator } from '@kieq/simulator';
import { TEST_KEY, until, windowFigures, type WindowResult, type WindowRun } from '@kieq/testkit';
import { bullmqPeer } from '../peers/bullmq.ts';

/** What is sent through a limiter. */
export interface WindowLoad extends WindowRun {
  /** Of the guide's own times: its polls and its backoff. */
  readonly scale: number;
}

/** The same backlog through workers of BullMQ's guides with its own limiter, against the same simulated limit. */
export async function measureLimiter(
  { redisUrl, scale, workers, limit, windowMs, latency, backlog }: WindowLoad,
  limiter: { readonly max: number; readonly duration: number },
): Promise<Omit<WindowResult, 'urgent'>> {
  const simulator = createSimulator({
    apiKey: TEST_KEY,
    results: 'tiny',
    rateLimit: { limit, windowMs },
    countRefused: true,
    createLatency: latency,
    queryLatency: { minMs: 0, maxMs: 0 },
    generation: { kind: 'fixed', ms: 1 },
  });
  const { url: kieUrl } = await simulator.start();
  const { max, duration } = limiter;
  const place = { redisUrl, kieUrl, scale, seed: 1, medianMs: 1, sigma: 0, workers };
  const peer = await bullmqPeer.start({ ...place, limit: max, windowMs: duration });
  try {
    await peer.enqueue(Array.from({ length: backlog }, (_, i) => String(i)));
    await Promise.all(Array.from({ length: workers }, () => peer.startWorker()));
    await until(
      () => simulator.ledger.counts.created,
      (created) => created >= backlog,
      (backlog / limit) * windowMs * 4 + 30_000,
    );
    return {
      ...windowFigures({ limit, windowMs, count: backlog }, simulator.ledger.submissions()),
      mostInAnyWindow: simulator.ledger.maxSubmissionsInAnyWindow(windowMs),
    };
  } finally {
    await peer.stop();
    await simulator.stop();
  }
}
