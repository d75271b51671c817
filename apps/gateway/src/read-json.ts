import type { IncomingMessage } from 'node:http';
import { decodeJson, parseJsonText, UndecodableText } from '@kieq/queue';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import type { Bodies } from './bodies.ts';
import { headerValues } from './request-parts.ts';

/**
 * Reads JSON bodies as Fastify does, with four differences: an empty body counts as absent where a route needs none,
 * bytes that are not text are refused, numbers that would lose digits are marked (`LossyNumber`), and each body waits
 * for its turn.
 */
export function readJson(app: FastifyInstance, bodies: Bodies, deadlineMs: number): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) => {
    const body = await bodies.read(request, payload, deadlineMs);
    if (body.length === 0 && request.routeOptions.config.bodyIsOptional === true) return undefined;
    return parseJsonText(jsonText(body, charsetOf(request)), parsing(request));
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
 * Decodes the bytes of a JSON text.
 * @param what names the text in errors
 * @throws ApiError `unreadable_body`
 */
export function jsonText(bytes: Uint8Array, charset?: string, what = 'The body'): string {
  try {
    return decodeJson(bytes, charset);
  } catch (error) {
    if (!(error instanceof UndecodableText)) throw error;
    throw new ApiError('unreadable_body', `${what} has ${error.message}. The request had no effect.`, { cause: error });
  }
}

/** The charset that the sender declares, also where a route treats every body as JSON. */
export function charsetOf(request: FastifyRequest): string | undefined {
  const [type = ''] = headerValues(request, 'content-type');
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1];
}
