import { expect, inject, test } from 'vitest';
import { runMatrix, SCENARIOS, type Event } from '../../src/kill-matrix/index.ts';

/**
 * One strike at each of a few points, of which each has another neighbour: the whole matrix has its own command
 * (docs/kill-matrix.md).
 */
const STRIKES: readonly [point: string, phase: Event['phase'], kind: Event['kind'], scenario: string][] = [
  ['admit@admit', 'after', 'kill', 'accepted'],
  ['POST createTask@submit', 'before', 'freeze', 'accepted'],
  ['POST createTask@submit', 'after', 'kill', 'accepted'],
  ['refuse@recordRefused', 'before', 'freeze', '429 as envelope'],
  ['lose@runAttempt', 'before', 'kill', 'cut after creation'],
  ['GET recordInfo@poll', 'after', 'freeze', 'verdict fail'],
  ['resubmit@settle', 'after', 'freeze', 'transient fail'],
  ['settle@record', 'after', 'kill', 'accepted'],
  ['POST webhook@deliver', 'after', 'freeze', 'receiver fails first'],
];

// @guarantee G1, G2, G3
test('killed and frozen at chosen points: nothing charged twice, nothing lost, every end delivered', async () => {
  const plan = STRIKES.map(([point, phase, kind, name]): Event => {
    const scenario = SCENARIOS.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`no such scenario or point: ${name}`);
    return { point, phase, kind, scenario, anybody: false };
  });
  const fleet = { redisUrl: inject('redisUrl'), workers: 3, lockMs: 1000, callbacks: true, seed: 1 };
  const result = await runMatrix({ ...fleet, plan });
  expect(result.violations).toEqual([]);
  expect(result).toMatchObject({ doubled: 0, lost: 0, unrecovered: 0 });
  expect(result.found).toBe(result.expected + result.unresolved);
  // On a busy machine one may miss: what it waits for can be lost anyway.
  expect(result.kills + result.freezes).toBeGreaterThanOrEqual(STRIKES.length - 2);
}, 300_000);
