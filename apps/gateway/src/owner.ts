import type { FastifyRequest } from 'fastify';

/** Owner of requests without a key: callbacks of Kie, which have a token instead. */
const NO_OWNER = 'kie';
const OPERATOR = '*';

/** Owner among which limits are shared out: the tenant; all operators count as one owner. */
export function ownerOf({ caller }: FastifyRequest): string {
  if (caller === null) return NO_OWNER;
  // Tenant names contain no colon, so no tenant equals the owners above.
  return caller.tenant === undefined ? OPERATOR : `tenant:${caller.tenant}`;
}
