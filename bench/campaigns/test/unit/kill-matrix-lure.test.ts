import { expect, test } from 'vitest';
import { lure } from '../../src/kill-matrix/lure.ts';

test('what passes a place is played until each place is passed', async () => {
  const left = new Map([
    ['often', 1],
    ['seldom', 5],
  ]);
  const played: string[] = [];
  await lure({
    never: () => [...left.keys()],
    async play(name) {
      played.push(name);
      const more = (left.get(name) ?? 0) - 1;
      if (more > 0) left.set(name, more);
      else left.delete(name);
    },
    atOnce: 1,
    withinMs: 60_000,
  });
  expect(played).toEqual(['often', ...Array.from({ length: 5 }, () => 'seldom')]);
});

test('nothing is played where every place was passed', async () => {
  const play = (): Promise<never> => Promise.reject(new Error('played'));
  await expect(lure({ never: () => [], play, atOnce: 3, withinMs: 60_000 })).resolves.toBeUndefined();
});

test('ends after its time, also where a scenario insists', async () => {
  let played = 0;
  const play = (): Promise<never> => {
    played += 1;
    return new Promise(() => undefined);
  };
  await lure({ never: () => ['never'], play, atOnce: 3, withinMs: 10 });
  expect(played).toBe(3);
});
