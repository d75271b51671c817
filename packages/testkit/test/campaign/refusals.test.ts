import { expect, inject, test } from 'vitest';
import { runRefusals } from '../support/refusals.ts';

const MINUTE_MS = 60_000;
/** Pauses and probes as they are; only the window is short, so that the backlog does not take an hour. */
const ENV = { KIEQ_SUBMIT_LIMIT: '50', KIEQ_SUBMIT_WINDOW_MS: '1000', KIEQ_POLL_LIMIT_PER_SECOND: '100' };

// @guarantee G5
test(
  'Kie answers 429 for a minute, then 402 for a minute: callers see nothing of it, everything completes',
  { timeout: 600_000 },
  async () => {
    const refusals = await runRefusals({
      redisUrl: inject('redisUrl'),
      env: ENV,
      callerPauseMs: 1_000,
      lastsMs: MINUTE_MS,
      patienceMs: 240_000,
    });
    process.stdout.write(`${JSON.stringify(refusals)}\n`);
    expect(refusals).toMatchObject({ shownMeanwhile: 'waiting', createdMeanwhile: 0 });
    expect(refusals).toMatchObject({ strange: [], lost: [], wronglyCharged: [] });
    // One at most for each window.
    expect(refusals.refusedByCode[429]).toBeGreaterThan(10);
    expect(refusals.refusedByCode[402]).toBeGreaterThan(0);
    expect(refusals.acknowledged).toBeGreaterThan(200);
  },
);
