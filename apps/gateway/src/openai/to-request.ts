import { applyEasy, fillRequired, modelOf, type Easy, type EasyMapped, type EasyName } from '@kieq/models';
import type { GenerationRequest } from '@kieq/producer';
import { invalid } from '../api-error.ts';
import { problem } from '../v1/creation-problem.ts';
import type { Warning } from '../warnings.ts';
import type { Asked } from './asked.ts';
import { partsOfSize } from './size.ts';

/** The request as Kie gets it, and what differs from what was asked for. */
export interface Translated {
  readonly request: GenerationRequest;
  readonly warnings: readonly Warning[];
}

/** Where the convenience values of the catalogue come from. */
const ASKED_AS: Readonly<Record<EasyName, string>> = {
  prompt: 'prompt',
  image: 'input_reference',
  lastImage: 'input_reference',
  seconds: 'seconds',
  sound: 'sound',
  resolution: 'size',
  aspectRatio: 'size',
};
const UNKNOWN_MODEL = 'has no effect: the catalogue does not have this model, so its fields are not known';

/**
 * Translates a request of OpenAI's shape to the names, types and values of its model. What the model demands and the
 * shape has no word for gets its documented default.
 * @throws ApiError `invalid_request` for a size that is no size
 */
export function translate(asked: Asked): Translated {
  const { model: id, size, ...rest } = asked;
  const parts = size === undefined ? undefined : partsOfSize(size);
  if (size !== undefined && parts === undefined)
    throw invalid([problem('size', 'must be <width>x<height>, such as "1280x720"', size)]);
  const model = modelOf(id);
  if (model === undefined) return untranslated(asked);
  const easy: Easy = { ...rest, ...parts };
  const { input: mapped, mapped: values, problems } = applyEasy(model, easy);
  const { input, filled } = fillRequired(model, mapped);
  return {
    request: { model: id, input },
    warnings: [
      ...values.filter(({ nearest }) => nearest === true).map(nearestWarning),
      ...problems.map(({ from, rule }) => ({ field: ASKED_AS[from], message: `has no effect: it ${rule}` })),
      ...filled.map(({ field, value }) => ({
        field,
        message: `is ${JSON.stringify(value)}: the model demands it, and the request does not say`,
      })),
    ],
  };
}

function nearestWarning({ from, field, value }: EasyMapped): Warning {
  return {
    field: ASKED_AS[from],
    message: `became ${JSON.stringify(value)} in ${field}, the nearest that the model has`,
  };
}

/** The names that most models of Kie have. */
function untranslated({ model, prompt, image, ...others }: Asked): Translated {
  const input = {
    ...(prompt === undefined ? {} : { prompt }),
    ...(image === undefined ? {} : { image_urls: [image] }),
  };
  const names = Object.keys(others);
  return { request: { model, input }, warnings: names.map((field) => ({ field, message: UNKNOWN_MODEL })) };
}
