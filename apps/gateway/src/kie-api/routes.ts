import type { FastifyInstance } from 'fastify';
import type { GatewayDeps } from '../deps.ts';
import { createTaskRoute } from './create-task.ts';
import { creditRoute } from './credit.ts';
import { recordInfoRoute } from './record-info.ts';

/** Kie's own API; `taskId` is the id of a generation. */
export async function kieRoutes(app: FastifyInstance, deps: GatewayDeps): Promise<void> {
  // Kie takes every body for JSON, whatever its sender calls it, and so many clients call it nothing.
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = 'application/json';
    done();
  });
  createTaskRoute(app, deps);
  recordInfoRoute(app, deps);
  creditRoute(app, deps);
}
