import type { FastifyRequest } from 'fastify';

const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

/** The key that a request presents; undefined where there is none of the form `Bearer <key>`. */
export function presentedKey(request: FastifyRequest): string | undefined {
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}

/** Every value of a header as it came, in order; Node would join them. */
export function headerValues(request: FastifyRequest, name: string): string[] {
  const { rawHeaders } = request.raw;
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
}
