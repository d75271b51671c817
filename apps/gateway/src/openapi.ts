import { fastifySwagger } from '@fastify/swagger';
import { fastifySwaggerUi } from '@fastify/swagger-ui';
import { VERSION } from '@kieq/domain';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { completeDocument } from './openapi/document.ts';
import { openApiTransform } from './openapi/transform.ts';
import { documented } from './routes.ts';

const DESCRIPTION = `Kie's API (\`/api/v1\`) and a native API (\`/v1\`) in front of one queue. Errors below \`/api/\` have
Kie's envelope, with the HTTP status as \`code\`; errors below \`/v1/videos\` have OpenAI's shape. All other errors have
\`error.code\`, \`error.message\` and, for an invalid request, \`error.problems\`. Every route below \`/api/\` also exists
below \`/kie200/api/\`, where the HTTP status is always 200 and only the \`code\` in the body tells an error, as at Kie.`;

const TAGS = [
  { name: 'kie', description: "Kie's API: an existing client changes only its base URL and its key" },
  { name: 'generations', description: 'Create, read, list, cancel and follow generations' },
  { name: 'openai', description: "OpenAI's video API: the same generations in its shape" },
  { name: 'models', description: 'What is known about models: inputs, prices, completion times' },
  { name: 'dead letters', description: 'Generations and deliveries that are stuck: why, and how to resume them' },
  { name: 'operations', description: 'The pool and this process' },
];

const LICENSE = { name: 'MIT', identifier: 'MIT' };
const KEY = 'A key of `GATEWAY_API_KEYS`. Without keys, the gateway serves only clients on its own machine';

/**
 * Must be called before the routes: it documents those that are added later.
 * @param publicUrl `PUBLIC_URL`, where this gateway knows it
 */
export async function addOpenApi(app: FastifyInstance, publicUrl: string | undefined): Promise<void> {
  // Schemas only document: the routes validate their input themselves, and responses are written as returned.
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  app.setSerializerCompiler(() => (value: unknown) => JSON.stringify(value));
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'kieq gateway', version: VERSION, description: DESCRIPTION, license: LICENSE },
      tags: TAGS,
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer', description: KEY } } },
      security: [{ key: [] }],
    },
    transform: openApiTransform,
    transformObject: (input) => completeDocument(input, publicUrl),
  });
}

/** `/openapi.json` and the page at `/docs`, which needs no network. */
export async function openApiRoutes(app: FastifyInstance): Promise<void> {
  const document = z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApiDocument', description: 'OpenAPI 3.1' });
  const summary = 'Read this description of the API';
  const operationId = 'getOpenApi';
  const schema = documented('/openapi.json', {
    operationId,
    summary,
    tags: ['operations'],
    response: { 200: document },
  });
  app.get('/openapi.json', { config: { open: true }, schema }, () => app.swagger());
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'kieq gateway' },
    uiConfig: { docExpansion: 'list', deepLinking: true },
  });
}
