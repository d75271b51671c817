import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { fastify, type FastifyHttpOptions, type FastifyInstance } from 'fastify';
import { createBodies } from './bodies.ts';
import { addClient } from './client.ts';
import { watchConnections } from './connections.ts';
import type { GatewayDeps } from './deps.ts';
import { addAuth } from './auth.ts';
import { addErrorHandler, answerError } from './error-handler.ts';
import { addHeaders, endConnections, refuseEncodings } from './headers.ts';
import { healthRoutes } from './health.ts';
import { withoutBase } from './kie-api/always-200.ts';
import { kieRoutes } from './kie-api/routes.ts';
import { openAiRoutes } from './openai/routes.ts';
import { addOpenApi, openApiRoutes } from './openapi.ts';
import { addRateLimit } from './rate-limit.ts';
import { readJson } from './read-json.ts';
import { addRequestLog } from './request-log.ts';
import { addRequestOver } from './request-over.ts';
import { addUnknownAddress } from './unknown-address.ts';
import { unreadable } from './unreadable.ts';
import { callbackRoutes } from './callbacks/routes.ts';
import { resultLinkRoutes } from './results/routes.ts';
import { withLinkedImages } from './uploads/linked-producer.ts';
import { uploadedImageRoute } from './uploads/route.ts';
import { createForms, createFormTurns } from './v1/form-turns.ts';
import { v1Routes } from './v1/routes.ts';

/** Longest body of a route that sets no other limit. */
const BODY_LIMIT_BYTES = 1_048_576;
/** Limits for slow clients, in ms: for the headers, for the whole request, and for silence on the connection. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 300_000;
const SILENCE_TIMEOUT_MS = 120_000;
/** Interval at which Node checks these limits, in ms. */
const TIMEOUT_CHECK_MS = 5_000;

/** The gateway, ready to listen. */
export async function createApp(given: GatewayDeps): Promise<FastifyInstance> {
  const deps = { ...given, producer: withLinkedImages(given) };
  const app = fastify(serverOptions(deps));
  const bodies = createBodies(deps);
  const turns = createFormTurns(deps);
  const forms = createForms(deps, turns);
  // Only JSON is read, and forms if a route allows them.
  app.removeContentTypeParser('text/plain');
  readJson(app, bodies, deps.settings.limits.jsonBodyMs);
  watchConnections(app, deps);
  addRequestOver(app);
  addHeaders(app);
  addClient(app, deps.settings);
  deps.callersTrace.addTo(app);
  endConnections(app, deps.stopping);
  addRequestLog(app, deps);
  addErrorHandler(app, { ...deps, lingerMs: deps.settings.limits.lingerMs });
  addAuth(app, deps);
  refuseEncodings(app);
  await addRateLimit(app, deps);
  addUnknownAddress(app);
  await addOpenApi(app, deps.settings.publicUrl);
  healthRoutes(app, deps);
  await app.register((scope) => kieRoutes(scope, deps, turns));
  await app.register((scope) => v1Routes(scope, deps, forms));
  await app.register((scope) => openAiRoutes(scope, deps, forms));
  await app.register((scope) => callbackRoutes(scope, deps, bodies));
  resultLinkRoutes(app, deps);
  uploadedImageRoute(app, deps);
  await openApiRoutes(app);
  await app.ready();
  return app;
}

function serverOptions(deps: GatewayDeps): FastifyHttpOptions<Server> {
  return {
    // Fastify's own log lines contain full addresses with data from callers.
    logger: false,
    genReqId: () => `req_${randomUUID()}`,
    requestIdHeader: false,
    rewriteUrl: withoutBase,
    trustProxy: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENCE_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    // Requests on open connections are still served while the gateway stops.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply, deps),
    clientErrorHandler: unreadable,
  };
}
