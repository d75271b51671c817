import type { ModelFacts, PriceFacts } from './model-facts.ts';

type Input = Readonly<Record<string, unknown>>;

/** Length of a clip that is as long as its audio or video, which the simulator does not look at, in seconds. */
const SECONDS_OF_AN_INPUT = 5;

/**
 * Credits of a request by the newest list that has a price for it; undefined where none has. Absent fields count as their
 * documented default. Where a price depends on a field without one, it is the first that fits, and of a length that the
 * model chooses the shortest.
 */
export function listedPrice(facts: ModelFacts, input: Input): number | undefined {
  const rows = facts.prices.filter(({ withVideo }) => withVideo === undefined || withVideo === hasVideo(input));
  for (const row of rows) {
    const variant = row.variants.find(({ when }) => fits(facts, when, input));
    if (variant !== undefined) return variant.credits * (row.unit === 'second' ? secondsOf(facts, input) : 1);
  }
  return undefined;
}

function secondsOf({ length }: ModelFacts, input: Input): number {
  if (length.fixedSeconds !== undefined) return length.fixedSeconds;
  const given = length.field === undefined ? undefined : input[length.field];
  const value = isGiven(given) ? given : length.default;
  const isOpen = length.open?.some((one) => String(one) === String(value)) === true;
  const seconds = isOpen ? Number.NaN : Number.parseFloat(String(value));
  return Number.isNaN(seconds) ? (length.min ?? SECONDS_OF_AN_INPUT) : seconds;
}

function hasVideo(input: Input): boolean {
  return Object.entries(input).some(([name, value]) => name.includes('video') && isGiven(value));
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

function fits({ input: fields }: ModelFacts, when: PriceFacts['variants'][number]['when'], input: Input): boolean {
  return Object.entries(when).every(([name, wanted]) => {
    const value = isGiven(input[name]) ? input[name] : fields[name]?.default;
    if (value === undefined) return true;
    return typeof wanted === 'object' ? wanted.some((one) => isSame(one, value)) : isSame(wanted, value);
  });
}

/** `5` and `"5"` are one duration, and `"720P"` is `"720p"`. */
function isSame(wanted: string | number | boolean, value: unknown): boolean {
  return String(wanted).toLowerCase() === String(value).toLowerCase();
}
