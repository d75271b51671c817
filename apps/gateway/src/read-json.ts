import type { IncomingMessage } from 'node:http';
import { decodeJson, parseJsonText, UndecodableText } from '@kieq/queue';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import type { Bodies } from './bodies.ts';
import { headerValues } from './request-parts.ts';

/**
 * Reads JSON bodies as Fastify does, except that an empty one is none where a route needs none, that bytes which are
 * no text are refused, that numbers which would lose digits are marked (`LossyNumber`), and that each waits for its turn.
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
