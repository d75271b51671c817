import type { KieModel } from '../model.ts';

/** A field that was filled in. */
export interface Filled {
  /** Such as `input.sound`. */
  readonly field: string;
  readonly value: string | number | boolean;
}

/**
 * Fills in what a model demands and a foreign request has no word for: the documented default, else no sound, the
 * first length and the first of the allowed values. Kie itself fills in no default (docs/kie/facts.md). Texts without
 * a default, images and lists stay missing: their values are the caller's to choose.
 */
export function fillRequired(
  model: KieModel,
  input: Readonly<Record<string, unknown>>,
): { readonly input: Readonly<Record<string, unknown>>; readonly filled: readonly Filled[] } {
  const filled = Object.keys(model.input).flatMap((name) => {
    if (model.input[name]?.required !== true || (input[name] !== undefined && input[name] !== null)) return [];
    const value = defaultOf(model, name);
    return value === undefined ? [] : [{ name, value }];
  });
  return {
    input: { ...input, ...Object.fromEntries(filled.map(({ name, value }) => [name, value])) },
    filled: filled.map(({ name, value }) => ({ field: `input.${name}`, value })),
  };
}

function defaultOf(
  { input, duration, resolution, sound }: KieModel,
  name: string,
): string | number | boolean | undefined {
  const field = input[name];
  if (field?.default !== undefined && field.default !== '') return field.default;
  if (name === duration.field) {
    const value = duration.default ?? duration.options?.[0] ?? duration.min;
    return value === undefined ? undefined : field?.type === 'string' ? String(value) : value;
  }
  if (name === resolution?.field && resolution.default !== undefined) return resolution.default;
  if (name === sound.field || field?.type === 'boolean') return false;
  return field?.enum?.[0];
}
