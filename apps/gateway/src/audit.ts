import type { FastifyRequest } from 'fastify';
import type { GatewayDeps } from './deps.ts';
import { keyIdOf } from './key-id.ts';

/** Kinds of changes that a caller can make. */
export type Change = 'create' | 'cancel' | 'redrive' | 'adopt';

/** Most generations named in one line; log collectors cut longer lines. */
const NAMED_AT_ONCE = 100;

/**
 * Logs who changed which generations with which key: one line per hundred generations of a call.
 * @param generations empty if nothing was changed; nothing is logged then
 */
export function audit(
  { logger, settings }: Pick<GatewayDeps, 'logger' | 'settings'>,
  request: FastifyRequest,
  change: Change,
  generations: readonly string[],
): void {
  const who = callerOf(request, settings);
  for (let i = 0; i < generations.length; i += NAMED_AT_ONCE) {
    const some = generations.slice(i, i + NAMED_AT_ONCE);
    const named = some.length === 1 ? { generation: some[0] } : { generations: some };
    logger.info({ request: request.id, change, ...named, ...who }, 'changed by a caller');
  }
}

/** Logs who uploaded an image ahead of its request. */
export function auditUpload(
  { logger, settings }: Pick<GatewayDeps, 'logger' | 'settings'>,
  request: FastifyRequest,
  image: string,
): void {
  logger.info({ request: request.id, change: 'upload', image, ...callerOf(request, settings) }, 'uploaded by a caller');
}

function callerOf(request: FastifyRequest, { keyIdSecret }: GatewayDeps['settings']): object {
  return { tenant: request.caller?.tenant ?? '*', keyId: keyIdOf(request, keyIdSecret), ip: request.client };
}
