import { clientAddress } from '@kieq/config';
import type { FastifyInstance } from 'fastify';
import type { GatewaySettings } from './deps.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The address of whoever asks, by `TRUSTED_PROXIES`; for the log, and where somebody without a key is counted. */
    client: string;
  }
}

/** Must stand before everything that asks for it. */
export function addClient(app: FastifyInstance, { trustedProxies }: Pick<GatewaySettings, 'trustedProxies'>): void {
  app.decorateRequest('client', '');
  app.addHook('onRequest', (request, _reply, done) => {
    request.client = clientAddress(request, trustedProxies);
    done();
  });
}
