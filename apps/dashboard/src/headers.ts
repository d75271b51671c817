import { pagePolicy, SECURITY_HEADERS } from '@kieq/process';
import type { FastifyInstance } from 'fastify';
import { BOARD, FILES, POSTER, RESULT } from './paths.ts';

/**
 * Bull Board's page would load a font from Google, which it does without. Videos come from wherever Kie or the archive
 * keeps them.
 */
const POLICY = pagePolicy({ media: "'self' https: http:", base: "'self'" });

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  ...SECURITY_HEADERS,
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
