import type { FastifyInstance } from 'fastify';
import type { GatewayDeps } from '../deps.ts';
import { adoptRoute } from './adopt-route.ts';
import { createRoutes } from './create-routes.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import { estimateRoute } from './estimate-route.ts';
import { eventRoutes } from './event-routes.ts';
import type { FormTurns } from './form-turns.ts';
import { generationRoutes } from './generation-routes.ts';
import { modelRoutes } from './model-routes.ts';
import { resultRoutes } from './result-routes.ts';
import { statusRoute } from './status-route.ts';
import { createWaiting } from './waiting.ts';

/** The native API, below `/v1`. */
export async function v1Routes(app: FastifyInstance, deps: GatewayDeps, turns: FormTurns): Promise<void> {
  const waiting = createWaiting(deps);
  await createRoutes(app, deps, { waiting, turns });
  generationRoutes(app, deps, waiting);
  resultRoutes(app, deps);
  eventRoutes(app, deps);
  deadLetterRoutes(app, deps);
  adoptRoute(app, deps);
  modelRoutes(app, deps);
  estimateRoute(app, deps);
  statusRoute(app, deps);
}
