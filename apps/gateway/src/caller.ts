import { ApiError } from './api-error.ts';

/** Who asks. A tenant sees only its own generations, an operator all of them. */
export interface Caller {
  /** Undefined for an operator. */
  readonly tenant: string | undefined;
  /** Tells keys apart where requests are counted; not secret. Undefined without keys. */
  readonly keyId?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the door before any handler runs; null on the open routes. */
    caller: Caller | null;
  }
}

/** Whether this caller may see what belongs to a tenant. */
export function mayActFor(caller: Caller, tenant: string): boolean {
  return caller.tenant === undefined || caller.tenant === tenant;
}

/**
 * The tenant that a call is about: the caller's own; an operator may name any.
 * @param named as the request says, if it does
 * @returns undefined where an operator names none: all tenants, or the default one for a new generation
 * @throws ApiError `forbidden` when a tenant names another one
 */
export function tenantFor(caller: Caller, named: string | undefined): string | undefined {
  if (caller.tenant === undefined) return named;
  if (named !== undefined && named !== caller.tenant) {
    throw new ApiError('forbidden', `this key belongs to tenant ${caller.tenant} and may not name another one`);
  }
  return caller.tenant;
}
