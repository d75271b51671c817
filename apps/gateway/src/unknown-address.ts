import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

interface Known {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/**
 * Answers requests without a route: 404, or 405 with `Allow` if the address has other methods; OPTIONS lists them. Call
 * before the routes are added and after the hooks, so that the hooks apply to unknown addresses too.
 */
export function addUnknownAddress(app: FastifyInstance): void {
  const known = new Map<string, Known>();
  app.addHook('onRoute', ({ url, method }) => {
    const entry = known.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const name of typeof method === 'string' ? [method] : method) entry.methods.add(name);
    known.set(url, entry);
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const methods = [...known.values()].flatMap((entry) => (entry.pattern.test(path) ? [...entry.methods] : []));
    // A route with this method reaches the handler only if it serves files and has no file of this name.
    if (methods.length === 0 || methods.includes(request.method))
      throw new ApiError('not_found', 'This address does not exist.');
    reply.header('allow', [...new Set([...methods, 'OPTIONS'])].toSorted().join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    throw new ApiError('method_not_allowed', `This address does not support ${request.method}; see the header Allow.`);
  });
}

/** `/v1/generations/:id` and `/docs/static/*` as regular expressions. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.*' : part.replaceAll(/[^\w-]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('/')}$`);
}
