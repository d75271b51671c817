import { countedAddress } from '@kieq/config';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GatewayDeps } from './deps.ts';
import { toldStatus } from './kie-api/always-200.ts';
import { keyIdOf } from './key-id.ts';
import { StrangerLines } from './stranger-lines.ts';

/** Route label of requests to unknown addresses; the addresses themselves would be an unbounded set. */
const NO_ROUTE = 'unknown';

/**
 * Logs and counts every response, with the address of the client and the pattern of the route, never with headers,
 * bodies or the URL itself. Refusals of unauthenticated requests are logged in a bounded number of lines.
 */
export function addRequestLog(
  app: FastifyInstance,
  { logger, metrics, settings }: Pick<GatewayDeps, 'logger' | 'metrics' | 'settings'>,
): void {
  const strangers = new StrangerLines({ ...settings.limits, logger });
  app.addHook('onClose', (_app, done) => {
    strangers.end();
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { url: route = NO_ROUTE, config } = request.routeOptions;
    const status = toldStatus(request, reply);
    const { elapsedTime } = reply;
    metrics.requests.inc({ route, status });
    if (config.streams !== true && !request.isWaiting) metrics.requestSeconds.observe({ route }, elapsedTime / 1000);
    const { id, method, client: ip } = request;
    const line = { request: id, method, route, status, ms: Math.round(elapsedTime), ip };
    const tenant = request.caller?.tenant;
    const isStranger = request.caller === null && status >= 400;
    const keyId = keyIdOf(request, settings.keyIdSecret);
    if (!isStranger || strangers.take(countedAddress(ip)))
      logger[levelOf(request, status)]({ ...line, tenant, keyId }, 'answered');
    done();
  });
}

/** Successful reads are frequent, so they are logged at `debug`. */
function levelOf({ method }: FastifyRequest, status: number): 'debug' | 'info' | 'warn' {
  if (status >= 500) return 'warn';
  return (method === 'GET' || method === 'HEAD') && status < 400 ? 'debug' : 'info';
}
