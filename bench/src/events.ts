import {
  followGeneration,
  startProcessPool,
  until,
  type Follower,
  type GatewayProcess,
  type ProcessPool,
} from '@kieq/testkit';
import type { View } from './report/render.ts';
import { number } from './report/tables.ts';

const CLIENTS = 200;
const ROUNDS = 5;
const LIMIT = 20;
const WINDOW_MS = 10_000;

export const eventsView: View = {
  columns: [
    number('round', 'round'),
    number('clients', 'clients'),
    number('events', 'events'),
    number('half within, ms', 'p50Ms', 1),
    number('99 % within, ms', 'p99Ms', 1),
    number('all within, ms', 'mostMs', 1),
    number('gateway before, MiB', 'rssBeforeMiB', 1),
    number('after, MiB', 'rssAfterMiB', 1),
  ],
};

interface EventsSetting {
  readonly redisUrl: () => Promise<string>;
  /** Kie's window of 10 s is multiplied by it; generations end in the same rhythm. */
  readonly scale: number;
}

/**
 * How late 200 clients hear of an event, each following a generation of its own from the queue to its end: from the id
 * of the event in Redis, which is its time in ms, to its arrival, by the clock of one machine. After each round all are
 * gone; the gateway's memory is reported with each, `before` with the first clients still to come.
 */
export async function* benchEvents({ redisUrl, scale }: EventsSetting): AsyncGenerator<object> {
  const pool = await startProcessPool({
    redisUrl: await redisUrl(),
    name: 'events',
    simulator: {
      rateLimit: null,
      createLatency: { minMs: 20, maxMs: 20 },
      generation: { kind: 'fixed', ms: WINDOW_MS * scale },
    },
    env: {
      KIEQ_SUBMIT_LIMIT: String(LIMIT),
      KIEQ_SUBMIT_WINDOW_MS: String(WINDOW_MS * scale),
      KIEQ_POLL_LIMIT_PER_SECOND: '1000',
      KIEQ_TIME_SCALE: String(scale),
    },
  });
  try {
    // A leak shows at once where garbage cannot pile up.
    const gateway = await pool.startGateway({ NODE_OPTIONS: '--max-old-space-size=48' });
    await pool.startWorker();
    let beforeMiB = await residentMiB(gateway.url);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const late = (await runRound(pool, gateway, round)).toSorted((one, other) => one - other);
      const afterMiB = await residentMiB(gateway.url);
      yield {
        round,
        clients: CLIENTS,
        events: late.length,
        p50Ms: quantile(late, 0.5),
        p99Ms: quantile(late, 0.99),
        mostMs: quantile(late, 1),
        rssBeforeMiB: rounded(beforeMiB),
        rssAfterMiB: rounded(afterMiB),
      };
      beforeMiB = afterMiB;
    }
  } finally {
    await pool.stop();
  }
}

/** How late each event came, in ms, in no order. */
async function runRound(pool: ProcessPool, gateway: GatewayProcess, round: number): Promise<number[]> {
  await pool.ledger.gates.pause('clients are connecting');
  const ids = await pool.enqueue(Array.from({ length: CLIENTS }, (_, i) => `round ${round} client ${i}`));
  const followers = await Promise.all(ids.map((id) => followGeneration(gateway.url, id)));
  await until(
    () => followers.filter(({ events }) => events.length > 0).length,
    (ready) => ready === CLIENTS,
  );
  await pool.ledger.gates.open('paused');
  await Promise.all(followers.map(({ ended }) => ended));
  return followers.flatMap(lateness);
}

/** Ids of the changes, without the states read in between and the end, which have no position. */
function lateness({ events }: Follower): number[] {
  return events
    .filter(({ data }) => data['event'] !== 'now')
    .flatMap(({ id, arrivedAtMs }) => (id === undefined ? [] : [arrivedAtMs - Number(id.split('-')[0])]));
}

async function residentMiB(gatewayUrl: string): Promise<number> {
  const text = await (await fetch(`${gatewayUrl}/metrics`)).text();
  const bytes = /^process_resident_memory_bytes (\S+)/m.exec(text)?.[1];
  if (bytes === undefined) throw new Error('the gateway does not report its memory');
  return Number(bytes) / 1024 / 1024;
}

function quantile(sorted: readonly number[], share: number): number {
  return rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}
