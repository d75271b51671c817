/** What the simulated Kie says in its own catalogue: a schema as OpenAPI or JSON Schema, and a price as prose. */
export interface CatalogueEntry {
  readonly id: string;
  readonly schema: unknown;
  readonly price: string | null;
}

const text = { type: 'string' };
const input = (properties: object, required: readonly string[]) => ({
  openapi: '3.1.0',
  components: {
    schemas: { Request: { properties: { model: text, input: { type: 'object', properties, required } } } },
  },
});

/** Some models of the market: one as kieq's own facts have it, one that differs, and one without facts of its own. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    id: 'kling/v2-1-standard',
    schema: input(
      {
        prompt: text,
        image_url: text,
        duration: { type: 'string', enum: ['5', '10', '15'] },
        negative_prompt: text,
        cfg_scale: { type: 'number' },
        camera: text,
      },
      ['prompt', 'image_url'],
    ),
    price: 'This model costs 31 credits per video.',
  },
  {
    id: 'kling-2.6/image-to-video',
    schema: null,
    price: '5 s: 55 credits, with audio 110. 10 s: 110 credits, with audio 220.',
  },
  { id: 'someone/new-model', schema: null, price: null },
];
