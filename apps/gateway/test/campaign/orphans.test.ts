import { expect, test } from 'vitest';
import { orphanCampaign } from '../orphans.ts';

test.each([1, 2, 3, 4])(
  '400 generations with faults at random, seed %i: each is paid for once',
  async (seed) => {
    const { adopted } = await orphanCampaign({ count: 400, seed });
    expect(adopted).toBeGreaterThan(80);
  },
  300_000,
);
