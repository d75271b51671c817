import type { SwaggerTransform } from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';

type Input = Parameters<SwaggerTransform>[0];

const contentSchema = z.object({ content: z.record(z.string(), z.object({ schema: z.instanceof(z.ZodType) })) });

/**
 * Turns zod into JSON Schema, also for a body with several content types, which the library supports for responses
 * only.
 */
export const openApiTransform: SwaggerTransform = (input: Input) => {
  const { schema } = input;
  const bodies = contentSchema.safeParse(schema?.body);
  if (schema === undefined || !bodies.success) return jsonSchemaTransform(input);
  const { body: _body, ...rest } = schema;
  const transformed = jsonSchemaTransform({ ...input, schema: rest });
  const content = Object.entries(bodies.data.content).map(([type, { schema: body }]) => {
    const { schema: one } = jsonSchemaTransform({ ...input, schema: { body } });
    return [type, { schema: one.body }];
  });
  return { ...transformed, schema: { ...transformed.schema, body: { content: Object.fromEntries(content) } } };
};
