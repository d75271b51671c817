import type { FastifyRequest } from 'fastify';
import type { GatewayDeps } from './deps.ts';
import { keyIdOf } from './key-id.ts';

/** What a caller can change. */
export type Change = 'create' | 'cancel' | 'redrive' | 'adopt';

/** So many generations are named in one line: longer ones are cut by what collects logs. */
const NAMED_AT_ONCE = 100;

/**
 * One line for each change, or for each hundred that one call has made: who did it, with which key, to what.
 * @param generations none: nothing was changed, and nothing is written
 */
export function audit(
  { logger, settings }: Pick<GatewayDeps, 'logger' | 'settings'>,
  request: FastifyRequest,
  change: Change,
  generations: readonly string[],
): void {
  const tenant = request.caller?.tenant ?? '*';
  const who = { tenant, keyId: keyIdOf(request, settings.keyIdSecret), ip: request.client };
  for (let i = 0; i < generations.length; i += NAMED_AT_ONCE) {
    const some = generations.slice(i, i + NAMED_AT_ONCE);
    const named = some.length === 1 ? { generation: some[0] } : { generations: some };
    logger.info({ request: request.id, change, ...named, ...who }, 'changed by a caller');
  }
}
