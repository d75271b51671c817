import { modelOf } from './catalogue.ts';
import { clipSeconds, secondsOf } from './clip-seconds.ts';
import type { KieModel } from './model.ts';
import { givenValue, hasVideo, rowsFor } from './price-rows.ts';

type Input = Readonly<Record<string, unknown>>;

/** Longer kinds are none: a kind becomes the name of an entry in Redis. */
const LONGEST = 160;
/** Longer model names are cut. */
const MODEL_LIMIT = 80;
/** What the price of many models depends on, for models of which nothing is known. */
const USUAL = ['mode', 'quality', 'resolution', 'size', 'sound'] as const;

/**
 * The kind of a request by its price: the model, the length of the clip in seconds, and the value of each field that
 * the price list of the model depends on, as in `kling-3.0/video|5s|mode=std|sound=false`. Absent fields are left out,
 * and so are a kind of their own. Requests of one kind cost the same, as far as is known.
 * @param id name of the model; without facts about it the usual fields count
 * @returns undefined where the price is known only afterwards, for example since the model chooses the length
 */
export function priceKind(id: string, input: Input): string | undefined {
  const model = modelOf(id);
  const length = model === undefined ? usualLength(input) : lengthOf(model, input);
  if (length === undefined) return undefined;
  const parts = [...length, ...fieldsOf(model, input).flatMap((name) => partOf(name, input)), ...videoOf(model, input)];
  if (parts.includes(undefined)) return undefined;
  const kind = [safe(id).slice(0, MODEL_LIMIT), ...parts].join('|');
  return kind.length > LONGEST ? undefined : kind;
}

/** The part of the length, if the price depends on it; undefined if the length is open. */
function lengthOf(model: KieModel, input: Input): string[] | undefined {
  const rows = rowsFor(model, input);
  const { field } = model.duration;
  const depends =
    rows.length === 0 ||
    rows.some(
      ({ unit, variants }) => unit === 'second' || variants.some(({ when }) => field !== undefined && field in when),
    );
  if (!depends) return [];
  const { low, high } = clipSeconds(model, input);
  return low === high ? [`${low}s`] : undefined;
}

function usualLength({ duration }: Input): string[] {
  const seconds = secondsOf(duration);
  return seconds === undefined ? [] : [`${seconds}s`];
}

/** Names of the fields besides the length, in a fixed order. */
function fieldsOf(model: KieModel | undefined, input: Input): string[] {
  if (model === undefined) return [...USUAL];
  const rows = rowsFor(model, input);
  const listed = rows.flatMap(({ variants }) => variants.flatMap(({ when }) => Object.keys(when)));
  const described = [model.resolution?.field, model.sound.field].flatMap((name) => name ?? []);
  const names = new Set(rows.length === 0 ? described : listed);
  if (model.duration.field !== undefined) names.delete(model.duration.field);
  return [...names].toSorted();
}

/** None for an absent field; undefined for a value that is no single word. */
function partOf(name: string, input: Input): (string | undefined)[] {
  const value = givenValue(input, name);
  if (value === undefined) return [];
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return [undefined];
  return [`${name}=${safe(String(value)).toLowerCase()}`];
}

/** Some models have a price list of their own for requests with a video. */
function videoOf(model: KieModel | undefined, input: Input): string[] {
  const matters = model?.prices.some(({ withVideo }) => withVideo !== undefined) === true;
  return matters && hasVideo(input) ? ['video'] : [];
}

function safe(text: string): string {
  return text.replaceAll(/[^\w./:-]/g, '_');
}
