import { decodeJson, parseJsonText, UndecodableText } from '@kieq/queue';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import { headerValues } from './request-parts.ts';

/**
 * Reads JSON bodies as Fastify does, except that an empty one is none where a route needs none, that bytes which are
 * no text are refused, and that numbers which would lose digits are marked (`LossyNumber`).
 */
export function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0 && request.routeOptions.config.bodyIsOptional === true) return done(null, undefined);
    try {
      return done(null, parseJsonText(jsonText(body, charsetOf(request)), parsing(request)));
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)));
    }
  });

  function parsing(request: FastifyRequest): (text: string) => unknown {
    return (text) => {
      let parsed: unknown;
      void parse(request, text, (error, value) => {
        if (error !== null) throw error;
        parsed = value;
      });
      return parsed;
    };
  }
}

/**
 * The text of JSON that came as bytes.
 * @param what names it in errors
 * @throws ApiError `unreadable_body`
 */
export function jsonText(bytes: Uint8Array, charset?: string, what = 'The body'): string {
  try {
    return decodeJson(bytes, charset);
  } catch (error) {
    if (!(error instanceof UndecodableText)) throw error;
    throw new ApiError('unreadable_body', `${what} has ${error.message}. Nothing was done.`, { cause: error });
  }
}

/** As its sender declared it, also where a route takes every body for JSON. */
export function charsetOf(request: FastifyRequest): string | undefined {
  const [type = ''] = headerValues(request, 'content-type');
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1];
}
