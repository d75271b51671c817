import type { ModelFacts } from './model-facts.ts';
import { MODELS } from './models.ts';

/** The word in the option `models` for all models of which there are facts. */
export const FACTS_WORD = 'facts';

/** What the simulator knows of a model; undefined where it knows nothing. */
export function factsOf(model: string): ModelFacts | undefined {
  return Object.hasOwn(MODELS, model) ? MODELS[model] : undefined;
}
