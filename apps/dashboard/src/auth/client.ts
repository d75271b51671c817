import { clientAddress, type TrustedProxies } from '@kieq/config';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** The address of whoever asks, by `TRUSTED_PROXIES`; where logins are counted, and in the log. */
    client: string;
  }
}

/** Must stand before everything that asks for it. */
export function addClient(app: FastifyInstance, trusted: TrustedProxies | undefined): void {
  app.decorateRequest('client', '');
  app.addHook('onRequest', (request, _reply, done) => {
    request.client = clientAddress(request, trusted);
    done();
  });
}
