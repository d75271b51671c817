import { modelOf, nearestModel } from './catalogue.ts';
import { checkInput, type InputWarning } from './check-input.ts';

/**
 * Compares a request with the catalogue. A model that the catalogue does not have passes; only a name close to a known
 * one is worth a warning.
 */
export function requestWarnings(id: string, input: Readonly<Record<string, unknown>>): readonly InputWarning[] {
  const model = modelOf(id);
  if (model !== undefined) return checkInput(model, input);
  const meant = nearestModel(id);
  return meant === undefined ? [] : [{ field: 'model', rule: 'is not in the catalogue', meant }];
}

/** The same for callers that want wrong inputs refused: a model without facts cannot be checked. */
export function requestProblems(id: string, input: Readonly<Record<string, unknown>>): readonly InputWarning[] {
  const found = requestWarnings(id, input);
  return found.length > 0 || modelOf(id) !== undefined
    ? found
    : [{ field: 'model', rule: 'is not in the catalogue, so its input cannot be validated' }];
}

/** A warning as the end of a sentence that begins with its field. */
export function ruleText({ rule, meant }: InputWarning): string {
  return meant === undefined ? rule : `${rule}; did you mean ${meant}?`;
}
