import { pagePolicy, SECURITY_HEADERS } from '@kieq/process';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

/** Responses of the API are never pages. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";
/** For the documentation page. */
const DOCS_POLICY = pagePolicy();

const HEADERS = { 'cache-control': 'no-store', ...SECURITY_HEADERS } as const;

/** Sets the headers of every response, including errors. */
export function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const isPage = request.routeOptions.url?.startsWith('/docs') ?? false;
    reply.headers({ ...HEADERS, 'content-security-policy': isPage ? DOCS_POLICY : API_POLICY });
    done();
  });
}

/** While the gateway stops, each response closes its connection: a kept-alive connection would delay the end. */
export function endConnections(app: FastifyInstance, stopping: AbortSignal): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping.aborted) reply.header('connection', 'close');
    done(null, payload);
  });
}

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses compressed bodies: the gateway does not decompress, so they would look like broken JSON. Call after
 * `addAuth`.
 */
export function refuseEncodings(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() === 'identity' || WITHOUT_BODY.has(request.method)) return done();
    return done(new ApiError('unsupported_media_type', 'The body must not be compressed (Content-Encoding).'));
  });
}
