import type { FastifyInstance } from 'fastify';
import type { GatewayDeps } from '../deps.ts';
import type { FormTurns } from '../v1/form-turns.ts';
import { base64UploadRoute } from './base64-upload.ts';
import { createTaskRoute } from './create-task.ts';
import { creditRoute } from './credit.ts';
import { downloadUrlRoute } from './download-url.ts';
import { recordInfoRoute } from './record-info.ts';
import { veoRoutes } from '../veo/routes.ts';
import { streamUploadRoute } from './stream-upload.ts';
import { createKeepArrived } from './upload-answer.ts';
import { urlUploadRoute } from './url-upload.ts';

/** The routes of Kie's API; `taskId` is the id of a generation. */
export async function kieRoutes(app: FastifyInstance, deps: GatewayDeps, turns: FormTurns): Promise<void> {
  const uploading = { turns, keep: createKeepArrived(app, deps) };
  await app.register((scope) => streamUploadRoute(scope, deps, uploading));
  await app.register(async (scope) => {
    // Kie treats every body as JSON whatever its content type, so many clients declare none.
    scope.addHook('onRequest', (request, _reply, done) => {
      request.raw.headers['content-type'] = 'application/json';
      done();
    });
    createTaskRoute(scope, deps);
    recordInfoRoute(scope, deps);
    creditRoute(scope, deps);
    veoRoutes(scope, deps);
    downloadUrlRoute(scope, deps);
    urlUploadRoute(scope, deps, uploading);
    await scope.register(async (inner) => base64UploadRoute(inner, deps, uploading));
  });
}
