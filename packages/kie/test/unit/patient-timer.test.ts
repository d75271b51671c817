import { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { isUsable } from '@kieq/http';
import { patientTimer } from '../../src/patient-timer.ts';

/** Starts a timer of 10 ms, freezes the process for `freezeMs`, and returns when the timer fired after that. */
async function firedAfter(freezeMs: number): Promise<number> {
  let thawed = 0;
  const fired = new Promise<number>((resolve) => patientTimer(10, () => resolve(performance.now() - thawed)));
  if (freezeMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, freezeMs);
  thawed = performance.now();
  return fired;
}

describe('patientTimer', () => {
  it('leaves a process that was frozen the time to read what came meanwhile', async () => {
    expect(await firedAfter(200)).toBeGreaterThanOrEqual(249);
  });

  it('fires not before its time', async () => {
    expect(await firedAfter(0)).toBeGreaterThanOrEqual(9);
  });

  it('can be cancelled', async () => {
    let fired = false;
    patientTimer(1, () => (fired = true))();
    await new Promise<void>((resolve) => patientTimer(5, resolve));
    expect(fired).toBe(false);
  });
});

it('a destroyed connection is not usable', () => {
  expect(isUsable(new Socket().destroy())).toBe(false);
});
