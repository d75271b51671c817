import { MODELS, type InputField, type KieModel } from '@kieq/models';
import type { FieldFacts, LengthFacts, ModelFacts } from '../../../simulator/src/facts/model-facts.ts';

/**
 * The simulator's own copy of the catalogue, as a module with one model on each line: it depends on nothing of kieq. What the
 * sources dispute is left out, since nothing says what Kie does with it.
 */
export function simulatorFacts(): string {
  const lines = MODELS.map((model) => `  '${model.id}': ${JSON.stringify(factsOf(model))},`);
  return `import type { ModelFacts } from './model-facts.ts';

/** Generated from the catalogue of models by \`pnpm docs:write\`. */
export const MODELS: Readonly<Record<string, ModelFacts>> = {
${lines.join('\n')}
};
`;
}

function factsOf({ input, images, duration, prices }: KieModel): ModelFacts {
  return {
    input: Object.fromEntries(Object.entries(input).map(([name, field]) => [name, fieldFacts(field)])),
    images: images.map(({ field }) => field),
    length: lengthFacts(duration),
    prices: prices.map(({ unit, withVideo, variants }) => ({
      unit,
      ...(withVideo === undefined ? {} : { withVideo }),
      variants,
    })),
  };
}

/** What the simulator does not judge. */
const LEFT_OUT = ['disputed', 'itemFields', 'format'];

function fieldFacts(field: InputField): FieldFacts {
  // A disputed default still counts in estimates, and so in what a task costs.
  const disputed = (field.disputed ?? []).filter((part) => part !== 'default');
  const omitted = new Set<string>([...LEFT_OUT, ...disputed]);
  return Object.fromEntries(Object.entries(field).filter(([part]) => !omitted.has(part)));
}

function lengthFacts({
  field,
  options = [],
  min,
  default: usual,
  open,
  fixedSeconds,
}: KieModel['duration']): LengthFacts {
  const shortest = Math.min(...options.filter((one) => open?.includes(one) !== true).map(Number), min ?? Infinity);
  return {
    ...(field === undefined ? {} : { field }),
    ...(Number.isFinite(shortest) ? { min: shortest } : {}),
    ...(usual === undefined ? {} : { default: usual }),
    ...(open === undefined ? {} : { open }),
    ...(fixedSeconds === undefined ? {} : { fixedSeconds }),
  };
}
