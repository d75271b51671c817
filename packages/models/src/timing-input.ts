import { modelOf } from './catalogue.ts';
import { clipSeconds } from './clip-seconds.ts';

type Input = Readonly<Record<string, unknown>>;

/**
 * Length and sound of a request under the names `duration` (seconds) and `sound`, whatever its model calls them: tasks
 * of one model, length and sound take similar times. Absent fields count as their documented default.
 * @returns the input itself for a model without facts
 */
export function timingInput(id: string, input: Input): Input {
  const model = modelOf(id);
  if (model === undefined) return input;
  const { low, high } = clipSeconds(model, input);
  const { field, always } = model.sound;
  const given = field === undefined ? always : (input[field] ?? model.input[field]?.default);
  return { ...(low === high ? { duration: low } : {}), ...(given === true ? { sound: true } : {}) };
}
