import { expect, test } from 'vitest';
import { runOutage } from '../support/outage.ts';

/** Long enough for every timer that could hold a request; 20 s in the campaign. */
const OUTAGE_MS = 5_000;
const FAST_MS = 2_000;

// @guarantee G2
test('Redis is unavailable under load: a clear 503 at once, nothing acknowledged is lost, service returns automatically', async () => {
  const outage = await runOutage('killed', OUTAGE_MS);
  expect(outage).toMatchObject({ lost: [], wronglyCharged: [], strange: [], health: [200, 503] });
  expect(outage.refused.length).toBeGreaterThan(50);
  for (const { code, retryAfter, ms } of outage.refused) {
    expect({ code, retryAfter }).toEqual({ code: 503, retryAfter: expect.stringMatching(/^[1-9]\d*$/) });
    expect(ms).toBeLessThan(FAST_MS);
  }
});
