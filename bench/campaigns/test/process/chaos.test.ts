import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runChaos } from '../../src/chaos/run.ts';
import { SHORT } from '../../src/chaos/profile.ts';

const CACHE_DIR = fileURLToPath(new URL('../../../../.kieq', import.meta.url));
const SEED = 5;
/** About 20 s; a busy machine takes that long to start the processes alone. */
const TIMEOUT = { timeout: 300_000 };

// @guarantee G1, G2
test(
  'a short campaign: kills, freezes, a restarted Redis, faults of every kind; nothing charged twice, nothing lost',
  TIMEOUT,
  async () => {
    const told: string[] = [];
    const { figures, violations } = await runChaos({
      seed: SEED,
      profile: SHORT,
      cacheDir: CACHE_DIR,
      say: (text) => told.push(text),
    });
    expect(violations, told.join('\n')).toEqual([]);
    // That it was chaos at all.
    expect(figures.acknowledged).toBeGreaterThan(30);
    expect(figures.charges).toBeGreaterThan(20);
    expect(Object.keys(figures.done)).toEqual(expect.arrayContaining(['kill worker', 'freeze worker', 'jobs by hand']));
    expect(Object.keys(figures.faults).length).toBeGreaterThan(2);
  },
);
