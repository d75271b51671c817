import { fastifyRateLimit } from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';
import type { GatewayDeps } from './deps.ts';

const WINDOW_MS = 60_000;

/**
 * Limits the requests per key, counted in Redis over all gateways; does nothing if the limit is 0. While Redis is
 * unavailable no request is limited: those that need Redis fail anyway. Call after `addAuth` and before the routes.
 */
export async function addRateLimit(
  app: FastifyInstance,
  { redis, prefix, settings }: Pick<GatewayDeps, 'redis' | 'prefix' | 'settings'>,
): Promise<void> {
  if (settings.rateLimitPerMinute === 0) return;
  await app.register(fastifyRateLimit, {
    max: settings.rateLimitPerMinute,
    timeWindow: WINDOW_MS,
    redis,
    nameSpace: `${prefix}:gateway:rate:`,
    skipOnError: true,
    // Requests to open routes have no key to count by.
    allowList: (request) => request.caller === null,
    keyGenerator: (request) => request.caller?.keyId ?? 'local',
    errorResponseBuilder: (_request, { max, ttl }) => {
      const retryAfterS = Math.max(1, Math.ceil(ttl / 1000));
      const message = `More than ${max} requests per minute with this key. Try again in ${retryAfterS} s.`;
      return new ApiError('rate_limited', message, { retryAfterS });
    },
  });
}
