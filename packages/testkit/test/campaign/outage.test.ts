import { expect, test } from 'vitest';
import { runOutage } from '../support/outage.ts';

const OUTAGE_MS = 20_000;
const TIMEOUT = { timeout: 300_000 };
/** A connection that is refused, and one that is open but silent: that one is given up after five seconds. */
const FAST_MS = { killed: 2_000, frozen: 7_000 };

async function expectHarmless(away: 'killed' | 'frozen'): Promise<void> {
  const { refused, ...outage } = await runOutage(away, OUTAGE_MS);
  const slowestMs = Math.max(...refused.map(({ ms }) => ms));
  process.stdout.write(`${JSON.stringify({ away, ...outage, refused: refused.length, slowestMs })}\n`);
  expect(outage).toMatchObject({ lost: [], wronglyCharged: [], strange: [], health: [200, 503] });
  expect(refused.every(({ code, retryAfter }) => code === 503 && Number(retryAfter) > 0)).toBe(true);
  expect(slowestMs).toBeLessThan(FAST_MS[away]);
}

// @guarantee G2
// oxlint-disable-next-line vitest/expect-expect -- expectHarmless expects
test('Redis is away for 20 s under load: nothing acknowledged is lost', TIMEOUT, () => expectHarmless('killed'));

// @guarantee G2
// oxlint-disable-next-line vitest/expect-expect -- expectHarmless expects
test('Redis is frozen for 20 s under load: nothing acknowledged is lost', TIMEOUT, () => expectHarmless('frozen'));
