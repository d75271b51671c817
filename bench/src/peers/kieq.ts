import { startProcessPool } from '@kieq/testkit';
import { learnedFrom } from '../learned.ts';
import { GUIDE, type Peer, type PeerPlace, type RunningPeer } from './peer.ts';

/** The default of KIEQ_POLL_LIMIT_PER_SECOND. */
const LOOKS_PER_SECOND = 10;
const LEAST_LOCK_MS = 1000;

/** kieq as built, after 200 learned completions. With callbacks a gateway receives them. */
export function kieqPeer({ callbacks }: { readonly callbacks: boolean }): Peer {
  return { name: callbacks ? 'kieq, callbacks' : 'kieq', start: (place) => start(place, callbacks) };
}

async function start(place: PeerPlace, callbacks: boolean): Promise<RunningPeer> {
  const pool = await startProcessPool({
    redisUrl: place.redisUrl,
    name: 'bench-peer',
    learnedMs: learnedFrom(place.medianMs, place.sigma, place.seed + 1),
    env: environmentOf(place),
  });
  const ids = new Map<string, string>();
  const gateway = callbacks ? await pool.startGateway() : undefined;
  const more = gateway === undefined ? {} : { PUBLIC_URL: gateway.url };
  const isDelivered = async (id: string): Promise<boolean> =>
    (await pool.ledger.read.generation(id))?.state === 'succeeded';
  return {
    enqueue: async (prompts) => {
      const made = await pool.enqueue(prompts);
      for (const [i, prompt] of prompts.entries()) ids.set(prompt, made[i] ?? '');
    },
    startWorker: () => pool.startWorker(more),
    delivered: async () => (await pool.ledger.read.stateCounts()).succeeded,
    deliveredPrompts: async () => {
      const ends = await Promise.all([...ids].map(async ([prompt, id]) => ({ prompt, is: await isDelivered(id) })));
      return ends.filter(({ is }) => is).map(({ prompt }) => prompt);
    },
    shownAsOpen: async () => {
      const { unknown, dead } = await pool.ledger.read.stateCounts();
      return unknown + dead;
    },
    stop: () => pool.stop(),
  };
}

function environmentOf({ kieUrl, limit, windowMs, scale }: PeerPlace): Record<string, string> {
  return {
    KIE_BASE_URL: kieUrl,
    KIE_UPLOAD_URL: kieUrl,
    KIEQ_SUBMIT_LIMIT: String(limit),
    KIEQ_SUBMIT_WINDOW_MS: String(windowMs),
    KIEQ_POLL_LIMIT_PER_SECOND: String(Math.round(LOOKS_PER_SECOND / scale)),
    KIEQ_LOCK_MS: String(Math.max(LEAST_LOCK_MS, GUIDE.lockMs * scale)),
    KIEQ_TIME_SCALE: String(scale),
    KIEQ_ALLOW_PRIVATE_URLS: 'true',
  };
}
