import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborted when the answer is out, or nobody is there to hear it. Set before any other hook runs. */
    over: AbortSignal | null;
    /** Aborted when the answer is made, however slowly it is read; at the latest when the request is over. */
    made: AbortSignal | null;
  }
}

/** Tells everybody who holds something for a request when it is over. Must stand before the other hooks. */
export function addRequestOver(app: FastifyInstance): void {
  app.decorateRequest('over', null);
  app.decorateRequest('made', null);
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

/** Calls `end` once when the request is over, at once where it is already. */
export function whenOver({ over }: FastifyRequest, end: () => void): void {
  once(over, end);
}

/** Calls `end` once when the answer is made, at once where it is already: what it was made of is not needed any more. */
export function whenMade({ made }: FastifyRequest, end: () => void): void {
  once(made, end);
}

function once(signal: AbortSignal | null, end: () => void): void {
  if (signal === null || signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}
