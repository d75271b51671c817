import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Base path of the same routes for clients that look at the HTTP status before the code in the body (ADR 0045). */
const BASE = '/kie200';
const PREFIX = `${BASE}/api/`;

/** The address of the route: without the base path, which is no part of any. */
export function withoutBase({ url = '' }: IncomingMessage): string {
  return url.startsWith(PREFIX) ? url.slice(BASE.length) : url;
}

/** Whether the response has status 200 whatever its code, as at Kie. */
function isAlways200({ originalUrl }: Pick<FastifyRequest, 'originalUrl'>): boolean {
  return originalUrl.startsWith(PREFIX);
}

/** Codes of errors that were sent with another status. */
const codes = new WeakMap<FastifyRequest, number>();

/** The status with which an error is sent. */
export function statusFor(request: FastifyRequest, code: number): number {
  if (!isAlways200(request)) return code;
  codes.set(request, code);
  return 200;
}

/** What the response says, for logs and metrics: the code in the body where the status hides it. */
export function toldStatus(request: FastifyRequest, { statusCode }: FastifyReply): number {
  return codes.get(request) ?? statusCode;
}
