import { expect, inject, test } from 'vitest';
import { runVolume } from '../support/volume.ts';

// @guarantee G2
test(
  'ten thousand generations through two workers: none lost, none doubled, memory flat',
  { timeout: 900_000 },
  async () => {
    const volume = await runVolume(inject('redisUrl'), 10_000);
    process.stdout.write(`${JSON.stringify(volume)}\n`);
    expect(volume).toMatchObject({ succeeded: 10_000, charged: 10_000, doubled: [] });
    expect(volume.memoryMiB.end).toBeLessThan(volume.memoryMiB.third * 1.1);
  },
);
