import type { Duration, KieModel } from './model.ts';

/** Length of the clip that a request asks for, in seconds. */
export interface ClipSeconds {
  readonly low: number;
  /** Null where nothing limits it. */
  readonly high: number | null;
  /** Why the length is not known exactly. */
  readonly note?: string;
}

/** A clip that is as long as its input has at least one second. */
const SHORTEST = 1;
const AS_INPUT = 'The clip is as long as its audio or video input.';

/** Reads the length from the field that this model has for it, in whatever type it came. */
export function clipSeconds({ duration }: KieModel, input: Readonly<Record<string, unknown>>): ClipSeconds {
  if (duration.fixedSeconds !== undefined) return exactly(duration.fixedSeconds);
  if (duration.field === undefined) return { low: SHORTEST, high: null, note: AS_INPUT };
  const given = input[duration.field];
  const value = given === undefined || given === null || given === '' ? duration.default : given;
  if (value === undefined && duration.followsInput === true) return { ...range(duration), note: AS_INPUT };
  if (value !== undefined && isOpen(duration, value))
    return { ...range(duration), note: duration.followsInput === true ? AS_INPUT : 'The model chooses the length.' };
  const seconds = secondsOf(value);
  return seconds === undefined
    ? { ...range(duration), note: `The price depends on input.${duration.field}.` }
    : exactly(seconds);
}

function exactly(seconds: number): ClipSeconds {
  return { low: seconds, high: seconds };
}

function isOpen({ open = [] }: Duration, value: unknown): boolean {
  return open.some((one) => String(one) === String(value));
}

function range({ options = [], min, max, open = [] }: Duration): ClipSeconds {
  const lengths = options.filter((one) => !open.includes(one)).map(Number);
  return { low: min ?? Math.min(...lengths, Infinity), high: max ?? Math.max(...lengths) };
}

/** Reads a length in whatever type it came, as in `5`, `"5"` and `"5s"`; undefined for anything else. */
export function secondsOf(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^\d{1,4}(\.\d{1,3})?s?$/.test(text)) return undefined;
  return Number.parseFloat(text);
}
