import { classifyCall } from './classify-call.ts';
import type { KieContext } from './context.ts';
import { KieError } from './errors.ts';
import { endpoint } from './options.ts';
import { query, type QueryOptions } from './queries.ts';

/** A question to Kie's own catalogue: its models, the schema of one, or its price as prose. */
export type CatalogueQuestion =
  | { readonly about: 'models' }
  | { readonly about: 'schema' | 'price'; readonly model: string };

/** GET /api/v1/models, /api/v1/models/{model}/schema, /price (docs/kie/facts.md#other-endpoints). */
export async function catalogue(
  context: KieContext,
  question: CatalogueQuestion,
  options: QueryOptions,
): Promise<unknown> {
  const exchange = await query(context, endpoint(context.options.baseUrl, pathOf(question)), options);
  const envelope = classifyCall(exchange, question.about, context.redact, Date.now());
  if (envelope instanceof KieError) throw envelope;
  return envelope.data;
}

function pathOf(question: CatalogueQuestion): string {
  if (question.about === 'models') return '/api/v1/models';
  return `/api/v1/models/${encodeURIComponent(question.model)}/${question.about}`;
}
