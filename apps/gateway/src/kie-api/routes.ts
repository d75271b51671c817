import type { FastifyInstance } from 'fastify';
import type { GatewayDeps } from '../deps.ts';
import { createTaskRoute } from './create-task.ts';
import { creditRoute } from './credit.ts';
import { recordInfoRoute } from './record-info.ts';
import { veoRoutes } from '../veo/routes.ts';

/** The routes of Kie's API; `taskId` is the id of a generation. */
export async function kieRoutes(app: FastifyInstance, deps: GatewayDeps): Promise<void> {
  // Kie treats every body as JSON whatever its content type, so many clients declare none.
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = 'application/json';
    done();
  });
  createTaskRoute(app, deps);
  recordInfoRoute(app, deps);
  creditRoute(app, deps);
  veoRoutes(app, deps);
}
