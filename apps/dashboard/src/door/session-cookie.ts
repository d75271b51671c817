import type { FastifyReply, FastifyRequest } from 'fastify';
import { SESSION_MS } from './sessions.ts';

export const COOKIE = 'kieq_session';

/** Out of reach of scripts, never sent along from another site, and over TLS alone where there is TLS. */
function attributes(request: FastifyRequest) {
  const secure = request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https';
  return { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, id: string): void {
  reply.setCookie(COOKIE, id, { ...attributes(request), maxAge: SESSION_MS / 1000 });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(COOKIE, attributes(request));
}
