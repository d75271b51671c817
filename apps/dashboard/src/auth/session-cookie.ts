import { publicPath } from '@kieq/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DEVICE_MS } from './devices.ts';
import { SESSION_MS } from './sessions.ts';

export const COOKIE = 'kieq_session';
/** Of a browser that has logged in before; it opens nothing, and stays when a session ends. */
export const DEVICE_COOKIE = 'kieq_device';

/** What the dashboard keeps in browsers. */
export interface Cookies {
  setSession(request: FastifyRequest, reply: FastifyReply, id: string): void;
  clearSession(request: FastifyRequest, reply: FastifyReply): void;
  setDevice(request: FastifyRequest, reply: FastifyReply, id: string): void;
}

/**
 * Out of reach of scripts, never sent along from another site, only to the dashboard's own path, and over TLS alone
 * where there is TLS.
 * @param publicUrl address of the dashboard for its users
 */
export function createCookies(publicUrl: string | undefined): Cookies {
  const path = publicPath(publicUrl) || '/';
  const attributes = (request: FastifyRequest) => {
    const isTls = request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https';
    const secure = isTls || (publicUrl?.startsWith('https:') ?? false);
    return { path, httpOnly: true, sameSite: 'strict', secure } as const;
  };
  return {
    setSession(request, reply, id) {
      reply.setCookie(COOKIE, id, { ...attributes(request), maxAge: SESSION_MS / 1000 });
    },
    clearSession(request, reply) {
      reply.clearCookie(COOKIE, attributes(request));
    },
    setDevice(request, reply, id) {
      reply.setCookie(DEVICE_COOKIE, id, { ...attributes(request), maxAge: DEVICE_MS / 1000 });
    },
  };
}
