import type { FastifyRequest } from 'fastify';

/** Whoever has no key: Kie, with a token of its own. */
const NO_OWNER = 'kie';
const OPERATOR = '*';

/** By whom limits are shared out: the tenant; all operators count as one. */
export function ownerOf({ caller }: FastifyRequest): string {
  if (caller === null) return NO_OWNER;
  // No tenant's name has a colon.
  return caller.tenant === undefined ? OPERATOR : `tenant:${caller.tenant}`;
}
