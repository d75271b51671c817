import { expect, inject, test } from 'vitest';
import { runVolume } from '../support/volume.ts';

// @guarantee G2
test('five hundred generations through two workers: none lost, none doubled', async () => {
  const volume = await runVolume(inject('redisUrl'), 500);
  expect(volume).toMatchObject({ succeeded: 500, charged: 500, doubled: [] });
});
