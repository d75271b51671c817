/** Numbers in [0, 1). */
export type Random = () => number;

/** Mulberry32: a small seeded generator, good enough to vary a simulation and to repeat it. */
export function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One stream per purpose, so that drawing more latencies does not change which tasks fail. */
export interface Streams {
  readonly latency: Random;
  readonly generation: Random;
  readonly failure: Random;
  readonly faults: Random;
  readonly callbacks: Random;
}

export function streams(seed: number): Streams {
  return {
    latency: mulberry32(seed ^ 0x1a7e),
    generation: mulberry32(seed ^ 0x2be5),
    failure: mulberry32(seed ^ 0x3fa1),
    faults: mulberry32(seed ^ 0x4d03),
    callbacks: mulberry32(seed ^ 0x5cb7),
  };
}
