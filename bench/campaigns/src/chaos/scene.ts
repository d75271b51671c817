import type { Dice } from './dice.ts';
import type { OrderBook } from './orders.ts';
import type { Deed } from './plan.ts';
import type { World } from './world.ts';

/** What a deed finds when its time has come. */
export interface Scene {
  readonly world: World;
  readonly book: OrderBook;
  readonly dice: Dice;
  /** Counts what was really done. */
  readonly count: (what: string, by?: number) => void;
}

export type DeedOf<Kind extends Deed['kind']> = Extract<Deed, { kind: Kind }>;

/** This many different ones, or all where there are fewer. */
export function someOf<Item>({ dice }: Pick<Scene, 'dice'>, list: readonly Item[], count: number): Item[] {
  const chosen = new Set<Item>();
  for (let tries = 0; tries < count && list.length > 0; tries += 1) chosen.add(dice.pick(list));
  return [...chosen];
}

/** Generations of acknowledged orders; the later ones, which are still on their way, rather than the old ones. */
export function someIds(scene: Scene, count: number, last = 60): string[] {
  const ids = scene.book.acknowledged().map(({ id }) => id);
  return someOf(scene, ids.slice(-last), count);
}
