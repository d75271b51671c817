import type { KieModel, PriceRow } from './model.ts';

type Input = Readonly<Record<string, unknown>>;

/** The price lists that hold for this input, newest first. */
export function rowsFor(model: KieModel, input: Input): readonly PriceRow[] {
  return model.prices.filter(({ withVideo }) => withVideo === undefined || withVideo === hasVideo(input));
}

/** Whether a video is among the inputs. */
export function hasVideo(input: Input): boolean {
  return Object.entries(input).some(([name, value]) => name.includes('video') && isGiven(value));
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** What the request has; undefined for a field that is absent or empty. */
export function givenValue(input: Input, name: string): unknown {
  const value = Object.hasOwn(input, name) ? input[name] : undefined;
  return isGiven(value) ? value : undefined;
}

/** What the request has, else the documented default; undefined where both are absent. */
export function valueOf(model: KieModel, name: string, input: Input): unknown {
  return givenValue(input, name) ?? model.input[name]?.default;
}
