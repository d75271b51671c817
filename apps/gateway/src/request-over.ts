import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborted when the response is sent or the client has disconnected. Set before any other hook runs. */
    over: AbortSignal | null;
    /** Aborted when the response is built, before the client has read it; at the latest when the request is over. */
    made: AbortSignal | null;
    /** The response waits for the end of a generation, so its time says nothing about the gateway. */
    isWaiting: boolean;
  }
}

/** Sets both signals, which release what is kept for a request. Must be called before the other hooks are added. */
export function addRequestOver(app: FastifyInstance): void {
  app.decorateRequest('over', null);
  app.decorateRequest('made', null);
  app.decorateRequest('isWaiting', false);
  app.addHook('onRequest', (request, reply, done) => {
    const controller = new AbortController();
    const making = new AbortController();
    request.over = controller.signal;
    request.made = making.signal;
    makings.set(request, making);
    controller.signal.addEventListener('abort', () => making.abort(), { once: true });
    reply.raw.once('close', () => controller.abort());
    reply.raw.once('finish', () => controller.abort());
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    makings.get(request)?.abort();
    done(null, payload);
  });
}

const makings = new WeakMap<FastifyRequest, AbortController>();

/** Releases what is kept for building the response, before the response is built. */
export function endMade(request: FastifyRequest): void {
  makings.get(request)?.abort();
}

/** Calls `end` once when the request is over; immediately if it already is. */
export function whenOver({ over }: FastifyRequest, end: () => void): void {
  once(over, end);
}

/** Calls `end` once when the response is built and its input is no longer needed; immediately if it already is. */
export function whenMade({ made }: FastifyRequest, end: () => void): void {
  once(made, end);
}

function once(signal: AbortSignal | null, end: () => void): void {
  if (signal === null || signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}
