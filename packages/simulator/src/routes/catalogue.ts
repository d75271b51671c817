import type { FastifyInstance } from 'fastify';
import { CATALOGUE } from '../catalogue-data.ts';
import type { Core } from '../core.ts';
import { type Answer, failure, success } from '../envelope.ts';
import { isAuthorised } from '../judge.ts';
import { send } from '../transport.ts';

/** Kie's own catalogue: its models, and for each its schema and its price (docs/kie/facts.md#other-endpoints). */
export function catalogueRoutes(app: FastifyInstance, core: Core): void {
  const answerWith = (path: string, answer: (id: string) => Answer): void => {
    app.get<{ Params: { id?: string } }>(path, (request, reply) => {
      reply.hijack();
      const isAllowed = isAuthorised(core, request.headers.authorization);
      send(reply.raw, isAllowed ? answer(request.params.id ?? '') : failure(401, undefined, core.options.errorStyle));
    });
  };
  const of = (id: string, part: 'schema' | 'price'): Answer => {
    const entry = CATALOGUE.find((one) => one.id === id);
    return entry === undefined ? failure(404, undefined, core.options.errorStyle) : success(entry[part]);
  };
  answerWith('/api/v1/models', () => success(CATALOGUE.map(({ id }) => ({ id }))));
  // The slash of a name is escaped.
  answerWith('/api/v1/models/:id/schema', (id) => of(id, 'schema'));
  answerWith('/api/v1/models/:id/price', (id) => of(id, 'price'));
}
