import type { DisputedPart, InputField, KieModel } from './model.ts';
import { nearest } from './nearest.ts';
import { valueProblem } from './value-problem.ts';

/** One place in which an input differs from what is known of its model. */
export interface InputWarning {
  /** Such as `input.duration` or `input.image_urls[1]`. */
  readonly field: string;
  /** What the model takes, as the end of a sentence about the field: `must be one of "5", "10"`. */
  readonly rule: string;
  /** The value or the field that was probably meant. */
  readonly meant?: string;
}

/** Longest name of a field that is shown, in characters: it is the caller's. */
const NAME_LIMIT = 64;
/** More differences than these are not useful, and the caller decides how many fields there are. */
const MOST = 20;

/**
 * Compares an input with what is known of its model. Facts of the catalogue can be old or wrong, so these are warnings
 * and never verdicts; a part about which the sources disagree is not checked. A model that is validated strictly has
 * none: its own schema judges it.
 * @param input the caller's, untrusted; field names in warnings can be the caller's
 * @returns the first twenty
 */
export function checkInput(model: KieModel, input: Readonly<Record<string, unknown>>): readonly InputWarning[] {
  if (model.strict === true) return [];
  const found: InputWarning[] = [];
  for (const warning of warningsOf(model, input)) if (found.push(warning) === MOST) break;
  return found;
}

function* warningsOf(model: KieModel, input: Readonly<Record<string, unknown>>): Generator<InputWarning> {
  const names = Object.keys(model.input);
  let hasListed = false;
  const missing = new Set(names.filter((name) => isAbsent(input[name])));
  for (const [name, value] of Object.entries(input)) {
    const field = Object.hasOwn(model.input, name) ? model.input[name] : undefined;
    if (field !== undefined) {
      if (!letsTheModelChoose(model, name, value)) yield* valueWarnings(`input.${name}`, field, value);
    } else if (model.disputedFields?.includes(name) !== true) {
      const meant = nearest(name, [...missing]);
      // The list of fields is long, and the same for every unknown field.
      yield unknownField(name, meant, hasListed ? [] : names);
      hasListed ||= meant === undefined;
      // It is not missing as well: one mistake is one warning.
      if (meant !== undefined) missing.delete(meant);
    }
  }
  for (const name of missing) {
    const field = model.input[name];
    if (field?.required !== true || isDisputed(field, 'required')) continue;
    yield { field: `input.${name}`, rule: 'is required by this model' };
  }
}

/** Such as -1 seconds, which the range of the schema does not have. */
function letsTheModelChoose({ duration }: KieModel, name: string, value: unknown): boolean {
  return name === duration.field && duration.open?.some((one) => String(one) === String(value)) === true;
}

function unknownField(name: string, meant: string | undefined, names: readonly string[]): InputWarning {
  const field = `input.${name.length <= NAME_LIMIT ? name : `${name.slice(0, NAME_LIMIT - 1)}…`}`;
  if (meant !== undefined) return { field, rule: 'is no field of this model', meant: `input.${meant}` };
  return { field, rule: `is no field of this model${names.length === 0 ? '' : ` (its fields: ${names.join(', ')})`}` };
}

function* valueWarnings(field: string, known: InputField, value: unknown): Generator<InputWarning> {
  if (isAbsent(value)) return;
  const problem = valueProblem(known, value, (part) => isDisputed(known, part));
  if (problem !== undefined) yield { field: `${field}${problem.at ?? ''}`, ...problem.warning };
}

function isDisputed(field: InputField, part: DisputedPart): boolean {
  return field.disputed?.includes(part) === true;
}

/** As everywhere in kieq, null counts as not given. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
