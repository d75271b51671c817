import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '@kieq/ledger';
import { expect, test } from 'vitest';
import { ACCOUNT, evidence, openPool, RETRY, VEHICLE_CHECK_MS } from './fixture.ts';

const LIMIT = 5;
const WINDOW_MS = 200;
const ATTEMPTS = 60;
const SEND_BEFORE_MS = 100;

/** One POST as the simulated vendor saw it; times by the monotonic clock of this process. */
interface Sent {
  readonly sentAt: number;
  /** When the vendor counted it: somewhere between sending and answer. */
  readonly countedAt: number;
}

/** The most requests in any window: with times sorted, request i + limit must be a window later than request i. */
function smallestSpan(times: readonly number[], limit: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.min(...sorted.slice(limit).map((time, i) => time - (sorted[i] ?? 0)));
}

/** Deterministic chance (LCG), so that a failure repeats. */
function chances(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

// @guarantee G4
test('workers together never send more than the limit in any sliding window, and use it', async () => {
  const pool = await openPool('sliding', { submitLimit: LIMIT, submitWindowMs: WINDOW_MS, submitTimeoutMs: 120 });
  const sent: Sent[] = [];
  let next = 0;

  async function work(ledger: Ledger, random: () => number): Promise<void> {
    while (next < ATTEMPTS) {
      const id = await pool.create({ id: `gen_sliding${String((next += 1)).padStart(4, '0')}` });
      await submitOnce(ledger, id, random);
    }
  }

  async function submitOnce(ledger: Ledger, id: string, random: () => number): Promise<void> {
    const tokenHash = `${id}-token`;
    for (;;) {
      const startedAt = performance.now();
      const reply = await ledger.admit({
        id,
        tokenHash,
        vehicle: `${id}-1`,
        account: ACCOUNT,
        worker: 'w',
        sendBeforeMs: SEND_BEFORE_MS,
        leaseGraceMs: 50,
        uploadFreshMs: 1000,
      });
      if (reply.kind === 'admitted') return post(ledger, id, tokenHash, startedAt, random);
      if (reply.kind !== 'wait') throw new Error(JSON.stringify(reply));
      await sleep(Math.min(reply.waitMs, 20));
    }
  }

  async function post(
    ledger: Ledger,
    id: string,
    tokenHash: string,
    startedAt: number,
    random: () => number,
  ): Promise<void> {
    await sleep(random() * 40);
    const sentAt = performance.now();
    const notSent = { do: 'not_sent', gateAfter: 1000, times: { firstMs: 1, capMs: 1 }, delayMs: 0 } as const;
    const lost = { id, tokenHash, evidence };
    const shared = { ...lost, vehicleCheckMs: VEHICLE_CHECK_MS };
    const refusal = { ...shared, class: 'server_error', sent: true, ownFault: false } as const;
    if (sentAt - startedAt >= SEND_BEFORE_MS || random() < 0.1) {
      await ledger.refuse({ ...refusal, rule: notSent, class: 'not_sent', sent: false, latencyMs: 0 });
      return;
    }
    const latencyMs = 5 + random() * 60;
    const countedAt = sentAt + random() * 0.2 * latencyMs;
    sent.push({ sentAt, countedAt });
    await sleep(latencyMs);
    const fate = random();
    const took = performance.now() - sentAt;
    if (fate < 0.7)
      await ledger.accept({ ...shared, taskId: `${id}-task`, latencyMs: took, adopted: false, pollDelayMs: 0 });
    else if (fate < 0.8)
      await ledger.lose({
        ...lost,
        answered: false,
        gateAfter: 1000,
        times: { firstMs: 1000, capMs: 1000 },
        latencyMs: took,
      });
    else if (fate < 0.9)
      await ledger.lose({
        ...lost,
        answered: true,
        gateAfter: 1000,
        times: { firstMs: 1000, capMs: 1000 },
        latencyMs: took,
      });
    else await ledger.refuse({ ...refusal, rule: RETRY, latencyMs: took });
  }

  const workers = await Promise.all(Array.from({ length: 6 }, () => pool.another()));
  await Promise.all(workers.map((ledger, i) => work(ledger, chances(i + 1))));

  expect(sent.length).toBeGreaterThan(3 * LIMIT);
  expect(
    smallestSpan(
      sent.map(({ sentAt }) => sentAt),
      LIMIT,
    ),
  ).toBeGreaterThanOrEqual(WINDOW_MS);
  // The margin learned is at most the smallest latency, and this vendor counts early within it.
  expect(
    smallestSpan(
      sent.map(({ countedAt }) => countedAt),
      LIMIT,
    ),
  ).toBeGreaterThanOrEqual(WINDOW_MS);
  // It is used: once a window holds as many as the limit allows.
  expect(
    smallestSpan(
      sent.map(({ sentAt }) => sentAt),
      LIMIT - 1,
    ),
  ).toBeLessThan(WINDOW_MS);
});
