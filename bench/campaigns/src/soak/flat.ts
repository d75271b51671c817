import type { Sample } from './sample.ts';

/** How one series went: its medians in the second and in the last quarter of the soak. */
export interface Series {
  readonly name: string;
  readonly second: number;
  readonly last: number;
  readonly most: number;
  readonly isFlat: boolean;
}

interface Tolerance {
  readonly share: number;
  readonly slack: number;
}

/**
 * What counts as flat: the median of the last quarter is at most that of the second, and so much more. The first
 * quarter does not count: heaps grow to their working size, and the first generations reach the end of their retention.
 */
const TOLERANCES: readonly (readonly [RegExp, Tolerance])[] = [
  [/^memory of /, { share: 0.1, slack: 2 }],
  [/^redis used_memory/, { share: 0.05, slack: 1 }],
  [/^redis connections/, { share: 0, slack: 1 }],
  [/^handles of /, { share: 0.05, slack: 3 }],
  [/^keys: /, { share: 0.1, slack: 20 }],
];

/** @throws RangeError for fewer than eight samples */
export function judgeSeries(samples: readonly Sample[]): Series[] {
  if (samples.length < 8) throw new RangeError(`${samples.length} samples are too few`);
  const quarter = Math.floor(samples.length / 4);
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample)))].toSorted();
  return names.map((name) => {
    const values = samples.map((sample) => sample[name] ?? 0);
    const second = median(values.slice(quarter, 2 * quarter));
    const last = median(values.slice(-quarter));
    const { share, slack } = toleranceOf(name);
    return { name, second, last, most: Math.max(...values), isFlat: last <= second * (1 + share) + slack };
  });
}

function toleranceOf(name: string): Tolerance {
  return TOLERANCES.find(([form]) => form.test(name))?.[1] ?? { share: 0, slack: 0 };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
