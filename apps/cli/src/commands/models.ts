import { exampleInput, inputSchema, modelOf, MODELS, nearestModel, SOURCES, type KieModel } from '@kieq/models';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { modelsText, modelText } from '../text/models.ts';

/**
 * @param id of one model; all of them by default
 * @throws CliError `not found`
 */
export function models({ out }: Context, id?: string): void {
  if (id === undefined) return out.print(MODELS, (paint) => modelsText(MODELS, paint));
  const model = modelOf(id);
  if (model === undefined) throw unknownModel(id);
  out.print(documentOf(model), (paint) => modelText(model, paint));
}

function unknownModel(id: string): CliError {
  const near = nearestModel(id);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return new CliError(EXIT.notFound, `the catalogue has no model ${id}${hint}`);
}

function documentOf(model: KieModel): object {
  const used = new Set([model.source, ...model.prices.map(({ source }) => source)]);
  const sources = Object.fromEntries([...used].map((source) => [source, SOURCES[source]]));
  return { ...model, inputSchema: inputSchema(model), example: exampleInput(model), sources };
}
