import { clientAddress, type TrustedProxies } from '@kieq/config';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** The address of the client, by `TRUSTED_PROXIES`; logins are counted by it, and the log has it. */
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
