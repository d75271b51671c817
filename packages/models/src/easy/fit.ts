import type { KieModel } from '../model.ts';
import type { Mapping } from './types.ts';

/** The nearest length that the model has; of two equally near ones the shorter, which costs less. */
export function fitSeconds({ duration, input }: KieModel, seconds: number): Mapping {
  if (!(Number.isFinite(seconds) && seconds > 0)) return { rule: 'must be a number above 0' };
  const { field, options, min, max, fixedSeconds, followsInput } = duration;
  if (field === undefined) {
    if (fixedSeconds === seconds) return {};
    if (fixedSeconds !== undefined)
      return { rule: `cannot be chosen for this model: its clips have ${fixedSeconds} s` };
    const why = followsInput === true ? ': a clip is as long as its audio or video' : '';
    return { rule: `cannot be chosen for this model${why}` };
  }
  const type = input[field]?.type;
  const allowed = options?.filter((option) => Number.isFinite(Number(option))) ?? [];
  if (allowed.length > 0) {
    const value = nearestOf(allowed, (option) => Math.abs(Number(option) - seconds), Number);
    return { field, value, ...unless(Number(value) === seconds) };
  }
  const within = Math.min(Math.max(seconds, min ?? seconds), max ?? seconds);
  // Models take whole seconds. Fewer of them cost less.
  const whole = min === undefined ? Math.max(1, Math.floor(within)) : Math.floor(within);
  return { field, value: type === 'string' ? String(whole) : whole, ...unless(whole === seconds) };
}

/** Lines of a picture by the words that models use. */
const LINES: Readonly<Record<string, number>> = { std: 720, pro: 1080, '1k': 1080, '2k': 1440, '4k': 2160 };

/** The nearest picture size that the model has; of two equally near ones the smaller, which costs less. */
export function fitResolution({ resolution }: KieModel, given: string): Mapping {
  if (resolution === undefined) return { rule: 'cannot be chosen for this model' };
  const { field, options } = resolution;
  const same = options.find((option) => option.toLowerCase() === given.trim().toLowerCase());
  if (same !== undefined) return { field, value: same };
  const lines = linesOf(given);
  const known = options.filter((option) => linesOf(option) !== undefined);
  if (lines === undefined) return { rule: `must be one of ${listOf(options)}` };
  const value = nearestOf(known, (option) => Math.abs(Math.log((linesOf(option) ?? 1) / lines)), linesOf);
  if (value === undefined) return { rule: `must be one of ${listOf(options)}` };
  return { field, value, ...unless(linesOf(value) === lines) };
}

function linesOf(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  if (Object.hasOwn(LINES, word)) return LINES[word];
  const lines = /^([1-9]\d{1,4})p?$/.exec(word)?.[1];
  return lines === undefined ? undefined : Number(lines);
}

const SHAPES: Readonly<Record<string, number>> = { landscape: 16 / 9, portrait: 9 / 16, square: 1 };
/** Words by which models choose the ratio themselves. */
const FREE: ReadonlySet<string> = new Set(['auto', 'adaptive']);
/** Ratios this close are the same one: sizes in pixels are rounded to whole blocks. */
const SAME_RATIO = 0.01;
const RATIO_FIELD = 'aspect_ratio';

/** The nearest aspect ratio that the model has. */
export function fitRatio({ input }: KieModel, given: string): Mapping {
  const options = input[RATIO_FIELD]?.enum?.map(String);
  if (options === undefined) return { rule: 'cannot be chosen for this model: a clip has the ratio of its image' };
  const word = given.trim().toLowerCase();
  const same = options.find((option) => option.toLowerCase() === word || (FREE.has(word) && FREE.has(option)));
  if (same !== undefined) return { field: RATIO_FIELD, value: same };
  const ratio = ratioOf(word);
  if (ratio === undefined) return { rule: `must be one of ${listOf(options)}` };
  const known = options.filter((option) => ratioOf(option) !== undefined);
  const distance = (option: string): number => Math.abs(Math.log((ratioOf(option) ?? 1) / ratio));
  const value = nearestOf(known, distance, () => 0);
  if (value === undefined) return { rule: `must be one of ${listOf(options)}` };
  return { field: RATIO_FIELD, value, ...unless(distance(value) <= SAME_RATIO) };
}

function ratioOf(text: string): number | undefined {
  const word = text.toLowerCase();
  if (Object.hasOwn(SHAPES, word)) return SHAPES[word];
  const [, width, height] = /^([1-9]\d{0,4})[:x/]([1-9]\d{0,4})$/.exec(word) ?? [];
  return width === undefined || height === undefined ? undefined : Number(width) / Number(height);
}

/** @param sizeOf decides between equally near ones: the smaller wins */
function nearestOf<Option>(
  options: readonly Option[],
  distanceOf: (option: Option) => number,
  sizeOf: (option: Option) => number | undefined,
): Option | undefined {
  return options.toSorted(
    (one, other) => distanceOf(one) - distanceOf(other) || (sizeOf(one) ?? 0) - (sizeOf(other) ?? 0),
  )[0];
}

function unless(isExact: boolean): { readonly nearest?: true } {
  return isExact ? {} : { nearest: true };
}

function listOf(options: readonly string[]): string {
  return options.map((option) => JSON.stringify(option)).join(', ');
}
