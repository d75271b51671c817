import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance } from 'fastify';
import { stampingServer } from './arrivals.ts';
import type { Control } from './control.ts';
import type { Core } from './core.ts';
import { failure } from './envelope.ts';
import { accountRoutes } from './routes/account.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { controlRoutes } from './routes/control.ts';
import { createTaskRoute } from './routes/create-task.ts';
import { fileRoutes } from './routes/files.ts';
import { recordInfoRoute } from './routes/record-info.ts';
import { uploadRoutes } from './routes/uploads.ts';

/** Base64 grows by a third; leave room for the largest upload. */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

/** The HTTP side. A new one is built at every start. */
export async function buildApp(core: Core, control: Control | undefined): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    serverFactory: (handler) => stampingServer(core.clock, handler),
  });
  // Bodies stay text: the route answers broken JSON, in Kie's envelope.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  await app.register(multipart, { limits: { files: 1 } });
  app.setNotFoundHandler(async (_request, reply) => {
    const answer = failure(404, undefined, core.options.errorStyle);
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
  app.setErrorHandler(async (_error, _request, reply) => {
    const answer = failure(500, undefined, core.options.errorStyle);
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
  createTaskRoute(app, core);
  recordInfoRoute(app, core);
  accountRoutes(app, core);
  catalogueRoutes(app, core);
  uploadRoutes(app, core);
  fileRoutes(app, core);
  if (control !== undefined) controlRoutes(app, control);
  return app;
}
