import type { FastifyRequest } from 'fastify';

const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

/** The key of a request; undefined without an `Authorization` header of the form `Bearer <key>`. */
export function presentedKey(request: FastifyRequest): string | undefined {
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}

/** Every value of a header, in order; Node joins them or drops repetitions. */
export function headerValues(request: FastifyRequest, name: string): string[] {
  const { rawHeaders } = request.raw;
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
}
