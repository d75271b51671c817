import type { FastifyInstance } from 'fastify';
import type { GatewayDeps } from '../deps.ts';
import type { Forms } from '../v1/form-turns.ts';
import { contentRoute } from './content-route.ts';
import { createVideoRoute } from './create-route.ts';
import { videoRoutes } from './video-routes.ts';

const CONFLICT = 409;

/** OpenAI's video API, below `/v1/videos`: the generations of `/v1/generations` in its shape. */
export async function openAiRoutes(app: FastifyInstance, deps: GatewayDeps, forms: Forms): Promise<void> {
  // The SDKs would repeat a 409, which stays one.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.statusCode === CONFLICT) reply.header('x-should-retry', 'false');
    done(null, payload);
  });
  await createVideoRoute(app, deps, forms);
  videoRoutes(app, deps);
  contentRoute(app, deps);
}
