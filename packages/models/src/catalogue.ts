import { ALL_MODELS } from './models/index.ts';
import type { KieModel } from './model.ts';
import { nearest } from './nearest.ts';

/** Models by name. */
const BY_ID: ReadonlyMap<string, KieModel> = new Map(ALL_MODELS.map((model) => [model.id, model]));

/** Every model of the catalogue, in the order of their names. */
export const MODELS: readonly KieModel[] = [...BY_ID.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));

/** What is known of a model; undefined for one that the catalogue does not have, which is no reason to refuse it. */
export function modelOf(id: string): KieModel | undefined {
  return BY_ID.get(id);
}

/** The model whose name is most like this one; undefined where none is close. */
export function nearestModel(id: string): string | undefined {
  return nearest(id, [...BY_ID.keys()]);
}
