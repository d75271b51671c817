import type { Ledger } from '@kieq/ledger';
import { liveDifferences, modelOf } from '@kieq/models';

/** What Kie's own catalogue says about a model of the built-in one. */
export interface LiveFactsOfModel {
  /** When it was read, as epoch ms. */
  readonly at: number;
  /** What it says otherwise than the built-in facts, as sentences. */
  readonly differences: readonly string[];
  /** Kie's text about the price. */
  readonly price?: string;
  /** Kie's schema, if it is JSON. */
  readonly schema?: unknown;
}

/** @returns undefined for a model that was never read, or that the built-in catalogue does not have */
export async function liveFactsOf(
  { liveCatalogue }: Pick<Ledger, 'liveCatalogue'>,
  id: string,
): Promise<LiveFactsOfModel | undefined> {
  const model = modelOf(id);
  const { schema, price } = model === undefined ? {} : await liveCatalogue.model(id);
  if (model === undefined || (schema ?? price) === undefined) return undefined;
  const said = {
    ...(price === undefined ? {} : { price: price.text }),
    ...(schema === undefined ? {} : { schema: jsonIn(schema.text) }),
  };
  return { at: Math.max(schema?.at ?? 0, price?.at ?? 0), differences: liveDifferences(model, said), ...said };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
