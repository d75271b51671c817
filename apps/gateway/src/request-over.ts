import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborted when the answer is out, or nobody is there to hear it. Set before any other hook runs. */
    over: AbortSignal | null;
  }
}

/** Tells everybody who holds something for a request when it is over. Must stand before the other hooks. */
export function addRequestOver(app: FastifyInstance): void {
  app.decorateRequest('over', null);
  app.addHook('onRequest', (request, reply, done) => {
    const controller = new AbortController();
    request.over = controller.signal;
    reply.raw.once('close', () => controller.abort());
    reply.raw.once('finish', () => controller.abort());
    done();
  });
}

/** Calls `end` once when the request is over, at once where it is already. */
export function whenOver({ over }: FastifyRequest, end: () => void): void {
  if (over === null || over.aborted) end();
  else over.addEventListener('abort', end, { once: true });
}
