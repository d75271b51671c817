import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

interface Known {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/**
 * Answers what no route answers: 404, or 405 with `Allow` where the address has other methods; OPTIONS tells them.
 * Call it before the routes are added, and after the hooks, so that those hold for unknown addresses too.
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
    // A route that has the method and ends up here serves files, and has none of this name.
    if (methods.length === 0 || methods.includes(request.method))
      throw new ApiError('not_found', 'There is nothing at this address.');
    reply.header('allow', [...new Set([...methods, 'OPTIONS'])].toSorted().join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    throw new ApiError('method_not_allowed', `There is no ${request.method} at this address.`);
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
