import { ApiError } from './api-error.ts';

/** The authenticated caller. A tenant sees only its own generations, an operator sees all. */
export interface Caller {
  /** Undefined for an operator. */
  readonly tenant: string | undefined;
  /** Identifies the key where requests are counted; not secret. Undefined without keys. */
  readonly keyId?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by authentication before any handler runs; null on open routes. */
    caller: Caller | null;
  }
}

/** Whether this caller may see and change what belongs to a tenant. */
export function mayActFor(caller: Caller, tenant: string): boolean {
  return caller.tenant === undefined || caller.tenant === tenant;
}

/**
 * The tenant that a call concerns: the caller's own, or any tenant that an operator names.
 * @param named the tenant in the request, if any
 * @returns undefined if an operator names none: all tenants, or the default tenant for a new generation
 * @throws ApiError `forbidden` when a tenant names another one
 */
export function tenantFor(caller: Caller, named: string | undefined): string | undefined {
  if (caller.tenant === undefined) return named;
  if (named !== undefined && named !== caller.tenant) {
    throw new ApiError(
      'forbidden',
      `This key belongs to tenant ${caller.tenant}. The request must not name another tenant.`,
    );
  }
  return caller.tenant;
}
