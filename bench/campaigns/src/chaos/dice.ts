/** Chance that repeats with its seed. */
export interface Dice {
  /** In [0, 1). */
  next(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  /** True with this chance, in [0, 1]. */
  chance(probability: number): boolean;
  /** One of the list, which must not be empty. */
  pick<Item>(list: readonly Item[]): Item;
  /** The list in another order. */
  shuffle<Item>(list: readonly Item[]): Item[];
}

/**
 * @param seed any whole number
 * @param purpose dice for different purposes are independent: drawing from one moves no other
 */
export function createDice(seed: number, purpose: string): Dice {
  const next = mulberry32(mix(seed, purpose));
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick(list) {
      const item = list[between(0, list.length - 1)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    shuffle: (list) =>
      list
        .map((item) => ({ item, place: next() }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ item }) => item),
  };
}

/** FNV-1a over the purpose, begun with the seed. */
function mix(seed: number, purpose: string): number {
  let hash = (2_166_136_261 ^ seed) >>> 0;
  for (const byte of Buffer.from(purpose)) hash = Math.imul(hash ^ byte, 16_777_619) >>> 0;
  return hash;
}

/** A small generator of good quality; its state is one 32-bit number. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
