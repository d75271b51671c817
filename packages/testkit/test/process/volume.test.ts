import { expect, inject, test } from 'vitest';
import { runVolume } from '../support/volume.ts';

test('fifteen hundred generations through two workers: none lost, none doubled', async () => {
  const volume = await runVolume(inject('redisUrl'), 1500);
  expect(volume).toMatchObject({ succeeded: 1500, charged: 1500, doubled: [] });
});
