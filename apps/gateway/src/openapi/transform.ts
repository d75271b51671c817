import type { SwaggerTransform } from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';

type Input = Parameters<SwaggerTransform>[0];

const contentSchema = z.object({ content: z.record(z.string(), z.object({ schema: z.instanceof(z.ZodType) })) });

/** Marks an operation whose body may be absent, until the document is complete. */
export const BODY_IS_OPTIONAL = 'x-body-is-optional';

/** Turns the zod schemas of a route into JSON Schema. */
export const openApiTransform: SwaggerTransform = (input: Input) => {
  const { url, schema } = withBodies(input);
  const isOptional = schema.body !== undefined && input.route.config?.bodyIsOptional === true;
  return { url, schema: isOptional ? { ...schema, [BODY_IS_OPTIONAL]: true } : schema };
};

/** The library supports several content types for responses only; here a body may have them too. */
function withBodies(input: Input): ReturnType<SwaggerTransform> {
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
}
