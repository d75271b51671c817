import type { ModelInputs } from './model-inputs.ts';
import type { CreateOptions, GenerationInput, OrNewer } from './types.ts';

export type { ModelInputs };

/** Kie's names of the known models. Every other text is a model as well. */
export type ModelName = OrNewer<keyof ModelInputs>;

/** What a known model takes, checked by the compiler; any input for a model that is a `string` or not known. */
export type InputOf<Model extends string> = Model extends keyof ModelInputs ? ModelInputs[Model] : GenerationInput;

/** One request of `enqueueMany`. */
export interface EnqueueItem<Model extends string = string> extends CreateOptions {
  readonly model: Model;
  readonly input: InputOf<Model>;
}
