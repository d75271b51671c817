import { expect } from 'vitest';
import { charges, claimsDone, openCallbackPool } from './callback-pool.ts';

/** Answers that are lost although the task was made, and callbacks that come early, late, twice, or lie. */
const FAULTS = [
  { on: 'createTask', when: { probability: 0.15 }, fault: { kind: 'cutAfter' } },
  { on: 'createTask', when: { probability: 0.1 }, fault: { kind: 'html', status: 502, created: true } },
  { on: 'createTask', when: { probability: 0.1 }, fault: { kind: 'cutBody' } },
  { on: 'createTask', when: { probability: 0.05 }, fault: { kind: 'hangAfter' } },
  { on: 'createTask', when: { probability: 0.05 }, fault: { kind: 'invalidJson' } },
  { on: 'callback', when: { probability: 0.2 }, fault: { kind: 'early' } },
  { on: 'callback', when: { probability: 0.2 }, fault: { kind: 'duplicated', copies: 2 } },
  { on: 'callback', when: { probability: 0.2 }, fault: { kind: 'late', ms: 50 } },
  { on: 'callback', when: { probability: 0.2 }, fault: { kind: 'forged', variant: 'taskId' } },
  { on: 'callback', when: { probability: 0.2 }, fault: { kind: 'forged', variant: 'body' } },
  { on: 'task', when: { probability: 0.1 }, fault: { kind: 'unknownFor', ms: 150 } },
  { on: 'recordInfo', when: { probability: 0.1 }, fault: { kind: 'html', status: 503 } },
] as const;

/**
 * Submits so many generations under faults at random, none of which loses a callback: all must end `succeeded` with
 * one charge each. Tells how many of them were found by their callback alone.
 */
export async function orphanCampaign({
  count,
  seed,
}: {
  readonly count: number;
  readonly seed: number;
}): Promise<{ readonly adopted: number }> {
  const flow = await openCallbackPool('orphans', {
    workers: 2,
    simulator: { seed, callback: { retries: 5, retryDelayMs: 50 } },
    // Some never come.
    settings: { submitTimeoutMs: 500 },
    // Half of the responses are lost, which is no reason to stop here.
    timings: { unreachableFirstMs: 10, unreachableCapMs: 20 },
    schedule: { minSpacingMs: 50, maxSpacingMs: 500, costRatioMs: 30, priorMedianMs: 100 },
  });
  const { pool } = flow;
  pool.simulator.script(FAULTS);
  const prompts = Array.from({ length: count }, (_, i) => `orphan ${i}`);
  const ids = await pool.enqueue(...prompts);
  for (const id of ids) await pool.recordWhen(id, ({ state }) => state === 'succeeded', 50_000);
  expect(charges(flow)).toEqual(Object.fromEntries(prompts.map((prompt) => [prompt, 1])));
  const records = await pool.ledger.read.generations(ids);
  const adopted = records.filter((record) => record?.attempts.some(({ outcome }) => outcome === 'adopted'));
  for (const record of records) expect(record?.taskId).toBe(record?.attempts.at(-1)?.taskId);
  await claimsDone(flow);
  return { adopted: adopted.length };
}
