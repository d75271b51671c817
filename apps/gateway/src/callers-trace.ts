import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyInstance } from 'fastify';
import { headerValues } from './request-parts.ts';

/** The `traceparent` of the current request, for the producer, which has no access to requests. */
export interface CallersTrace {
  /** Must be called before the routes are added. */
  addTo(app: FastifyInstance): void;
  /** Undefined outside of a request and without the header. The producer ignores a malformed value. */
  current(): string | undefined;
}

export function createCallersTrace(): CallersTrace {
  const store = new AsyncLocalStorage<string | undefined>();
  return {
    addTo(app) {
      app.addHook('onRequest', (request, _reply, done) => {
        const [traceparent] = headerValues(request, 'traceparent');
        store.run(traceparent, done);
      });
    },
    current: () => store.getStore(),
  };
}
