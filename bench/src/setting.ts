import type { View } from './report/render.ts';

/** What every bench is given. */
export interface Setting {
  /** 1 as in production; times that a bench shrinks are multiplied by it. */
  readonly scale: number;
  /** The part of the full amount that is measured: 1, or less for a trial. */
  readonly share: number;
  /** A revision, or the folder of a built tree, that `cost` compares this tree with. */
  readonly against?: string | undefined;
  /** The address of a private Redis, which starts when it is first asked for. */
  readonly redisUrl: () => Promise<string>;
}

/** One bench by its name. */
export interface Bench {
  /** Measures, row by row; docs/performance.md says what the rows mean. */
  readonly run: (setting: Setting) => AsyncGenerator<object>;
  /** How its kept rows are shown; a bench without one is not kept by `--write`. */
  readonly view?: View;
}

/** The share of a full amount, at least one `unit` and a whole number of them. */
export function partOf(full: number, share: number, unit = 1): number {
  return Math.max(1, Math.round((full * share) / unit)) * unit;
}
