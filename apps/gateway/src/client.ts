import { clientAddress } from '@kieq/config';
import type { FastifyInstance } from 'fastify';
import type { GatewaySettings } from './deps.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The address of the client according to `TRUSTED_PROXIES`; for the log and for limits per address. */
    client: string;
  }
}

/** Must be called before everything that reads `request.client`. */
export function addClient(app: FastifyInstance, { trustedProxies }: Pick<GatewaySettings, 'trustedProxies'>): void {
  app.decorateRequest('client', '');
  app.addHook('onRequest', (request, _reply, done) => {
    request.client = clientAddress(request, trustedProxies);
    done();
  });
}
