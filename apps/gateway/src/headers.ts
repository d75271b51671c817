import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

/** Nothing that the API answers is a page. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";
/** The page of the documentation runs its own files alone and asks nobody else; it styles elements inline. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Sets the headers of every answer, also of refusals. There is no CORS: pages of others have no business here. */
export function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const isPage = request.routeOptions.url?.startsWith('/docs') ?? false;
    reply.headers({ ...HEADERS, 'content-security-policy': isPage ? DOCS_POLICY : API_POLICY });
    done();
  });
}

/** While the gateway stops every connection ends with its answer: kept alive, it would hold up the end. */
export function endConnections(app: FastifyInstance, stopping: AbortSignal): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping.aborted) reply.header('connection', 'close');
    done(null, payload);
  });
}

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses compressed bodies, which nobody here unpacks: they would look like broken JSON. Call it after the door. */
export function refuseEncodings(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() === 'identity' || WITHOUT_BODY.has(request.method)) return done();
    return done(new ApiError('unsupported_media_type', 'The body must not be compressed (Content-Encoding).'));
  });
}
