import type { KieModel } from '../model.ts';
import { fitRatio, fitResolution, fitSeconds } from './fit.ts';
import { imageMapping, lastImageMapping } from './images.ts';
import type { Easy, EasyMapped, EasyName, EasyProblem, EasyResult, Mapping } from './types.ts';

/**
 * Puts convenience values into the fields that this model has for them, in its own names and types. A value that the
 * model does not allow becomes the nearest one that it does, with `nearest`; what cannot be mapped is a problem, and
 * stays out of the input. A field that the input has already is never overwritten.
 * @param easy values in the types of `Easy`; their contents are untrusted
 * @param input the model's own fields; untrusted. It is not changed.
 */
export function applyEasy(model: KieModel, easy: Easy, input: Readonly<Record<string, unknown>> = {}): EasyResult {
  const mapped: EasyMapped[] = [];
  const problems: EasyProblem[] = [];
  const result: Record<string, unknown> = { ...input };
  for (const [from, mapping] of mappingsOf(model, easy)) {
    const outcome = mapping(result, input);
    if ('rule' in outcome) problems.push({ from, rule: outcome.rule });
    if (!('field' in outcome)) continue;
    const { field, value, nearest } = outcome;
    result[field] = value;
    mapped.push({ from, field: `input.${field}`, value, ...(nearest === true ? { nearest } : {}) });
  }
  return { input: result, mapped, problems };
}

type Step = readonly [EasyName, (sofar: Readonly<Record<string, unknown>>, given: Given) => Mapping];
type Given = Readonly<Record<string, unknown>>;

/** In this order: the last image can share a list with the first one. */
function* mappingsOf(model: KieModel, easy: Easy): Generator<Step> {
  const { prompt, image, lastImage, seconds, sound, resolution, aspectRatio } = easy;
  if (prompt !== undefined) yield ['prompt', (_, given) => intoField('prompt', model, given, prompt)];
  if (image !== undefined) yield ['image', (_, given) => unlessGiven(imageMapping(model, image), given)];
  if (lastImage !== undefined)
    yield [
      'lastImage',
      (sofar, given) => lastImageMapping(model, lastImage, { sofar, given, withImage: image !== undefined }),
    ];
  if (seconds !== undefined) yield ['seconds', (_, given) => unlessGiven(fitSeconds(model, seconds), given)];
  if (sound !== undefined) yield ['sound', (_, given) => unlessGiven(soundMapping(model, sound), given)];
  if (resolution !== undefined)
    yield ['resolution', (_, given) => unlessGiven(fitResolution(model, resolution), given)];
  if (aspectRatio !== undefined) yield ['aspectRatio', (_, given) => unlessGiven(fitRatio(model, aspectRatio), given)];
}

function intoField(field: string, { input }: KieModel, given: Given, value: unknown): Mapping {
  if (input[field] === undefined) return { rule: 'has no field of this model' };
  return unlessGiven({ field, value }, given);
}

function unlessGiven(mapping: Mapping, given: Given): Mapping {
  if (!('field' in mapping) || given[mapping.field] === undefined || given[mapping.field] === null) return mapping;
  return { rule: `must not be given together with input.${mapping.field}` };
}

function soundMapping({ sound }: KieModel, value: boolean): Mapping {
  if (sound.field !== undefined) return { field: sound.field, value };
  if (sound.always === value) return {};
  if (sound.always === undefined) return { rule: 'cannot be chosen for this model' };
  return { rule: `cannot be chosen for this model: its clips ${sound.always ? 'always' : 'never'} have sound` };
}
