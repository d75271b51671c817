import type { FastifyInstance } from 'fastify';
import { BOARD, FILES, POSTER, RESULT } from './places.ts';

/**
 * Bull Board's page styles elements inline and would load a font from Google, which it does without. Videos come from
 * wherever Kie or the archive keeps them.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "media-src 'self' https: http:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * Sets the headers of every answer, also of refusals. Only the files of the page, archived results and their pictures may be kept
 * by a browser, which asks each time whether they are still the same, and so whether it may see them.
 */
export function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(HEADERS);
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const isFile = isFileRoute(request.routeOptions.url);
    reply.header('cache-control', isFile && reply.statusCode < 400 ? 'private, max-age=0' : 'no-store');
    done(null, payload);
  });
}

function isFileRoute(url: string | undefined): boolean {
  return (
    url !== undefined &&
    (url.startsWith(FILES) || url.startsWith(`${BOARD}/static/`) || url === POSTER || url === RESULT)
  );
}
