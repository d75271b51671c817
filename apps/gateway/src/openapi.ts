import { fastifySwagger } from '@fastify/swagger';
import { fastifySwaggerUi } from '@fastify/swagger-ui';
import { VERSION } from '@kieq/domain';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { openApiTransform } from './openapi-transform.ts';
import { documented } from './routes.ts';

const DESCRIPTION = `Kie's own API in front of a queue (\`/api/v1\`), and a native one beside it (\`/v1\`).
Errors below \`/api/\` have Kie's envelope, with the HTTP status as \`code\`; all others have \`error.code\`,
\`error.message\` and, for what was sent wrong, \`error.problems\`.`;

const TAGS = [
  { name: 'kie', description: "Kie's own API: an existing client changes its base URL and its key" },
  { name: 'generations', description: 'Create, read, list, cancel and follow' },
  { name: 'dead letters', description: 'What needs a person, and how it goes on' },
  { name: 'operations', description: 'The pool and this process' },
];

/** Collects the routes that are added after it. */
export async function addOpenApi(app: FastifyInstance): Promise<void> {
  // The schemas describe; what they validate is read by the routes themselves, and answers are written as they are.
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  app.setSerializerCompiler(() => (value: unknown) => JSON.stringify(value));
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'kieq gateway', version: VERSION, description: DESCRIPTION },
      tags: TAGS,
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
    },
    transform: openApiTransform,
  });
}

/** `/openapi.json` and the page at `/docs`, which needs no network. */
export async function openApiRoutes(app: FastifyInstance): Promise<void> {
  const document = z.looseObject({ openapi: z.string() }).describe('OpenAPI 3.1');
  const summary = 'This description of the API';
  const schema = documented('/openapi.json', { summary, tags: ['operations'], response: { 200: document } });
  app.get('/openapi.json', { config: { open: true }, schema }, () => app.swagger());
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'kieq gateway' },
    uiConfig: { docExpansion: 'list', deepLinking: true },
  });
}
