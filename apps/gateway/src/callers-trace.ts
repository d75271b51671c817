import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyInstance } from 'fastify';
import { headerValues } from './request-parts.ts';

/** The `traceparent` of the request that is being served, for the producer, which knows of no requests. */
export interface CallersTrace {
  /** Must stand before the routes. */
  addTo(app: FastifyInstance): void;
  /** Undefined outside of a request, and where the header is absent. What is malformed the producer leaves out. */
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
