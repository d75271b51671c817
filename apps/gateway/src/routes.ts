import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { z } from 'zod';
import type { ApiErrorCode } from './api-error.ts';
import type { Caller } from './caller.ts';
import { errorResponses, type ResponseDoc } from './error-responses.ts';
import { parseCaller } from './problems.ts';

/**
 * How a route is defined, the native ones and the Kie-compatible ones alike:
 *
 *   route(app, {
 *     method: 'GET',
 *     url: '/v1/generations/:id',
 *     schema: { summary: '…', tags: ['generations'], params: z.object({ id: … }), response: { 200: viewSchema } },
 *     errors: ['not_found'],
 *     handler: async ({ params, caller, reply }) => …,
 *   });
 *
 * - `params` and `querystring` validate: the handler gets what they make of it; what they refuse is answered with 422.
 * - `body` is for the documentation alone. The handler gets the body as it came and parses it itself (`parseCaller`)
 *   or hands it to the producer, which validates by the same schema. A record of content types documents several.
 * - `response` documents the answers by status; answers are written as they are returned (JSON.stringify).
 * - `errors` are the codes of ApiError that this route can answer beside those that every route can.
 * - The caller is known: the door lets nobody else in. Anything thrown is answered by the one error handler.
 */
export interface Route<Params extends z.ZodType, Query extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly schema: RouteSchema<Params, Query>;
  readonly errors?: readonly ApiErrorCode[];
  /** A body that is called JSON and is empty is none: many clients name a type whatever they send. Default false. */
  readonly bodyIsOptional?: boolean;
  /** Longest body, in bytes. Default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** What to do about a body that is longer: a sentence for the refusal. */
  readonly tooLarge?: string;
  /** The answer stays open (events): there is no HEAD beside the GET, and its time is not measured. Default false. */
  readonly streams?: boolean;
  /** What it returns is the answer, with 200 unless `reply.code` says otherwise; `reply` itself after `hijack`. */
  readonly handler: (call: Call<z.output<Params>, z.output<Query>>) => unknown;
}

export interface RouteSchema<Params extends z.ZodType = z.ZodType, Query extends z.ZodType = z.ZodType> {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly params?: Params;
  readonly querystring?: Query;
  /** Headers that mean something here. */
  readonly headers?: z.ZodType;
  readonly body?: z.ZodType | Readonly<Record<string, z.ZodType>>;
  /** `.describe()` of a schema is the text of the answer. */
  readonly response: Readonly<Record<number, z.ZodType | ResponseDoc>>;
}

/** One request in the hands of its route. */
export interface Call<Params, Query> {
  readonly params: Params;
  readonly query: Query;
  /** Untrusted. Undefined where there is none. */
  readonly body: unknown;
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The door lets everybody in. */
    open?: boolean;
    /** The answer stays open for long. */
    streams?: boolean;
    /** An empty body is none. */
    bodyIsOptional?: boolean;
    /** Advice for who sends too long a body. */
    tooLarge?: string;
  }
}

const NOTHING = z.unknown();

/** Adds a route that asks who is calling; see `Route`. */
export function route<Params extends z.ZodType = typeof NOTHING, Query extends z.ZodType = typeof NOTHING>(
  app: FastifyInstance,
  definition: Route<Params, Query>,
): void {
  const { method, url, schema, errors = [], bodyLimitBytes, handler } = definition;
  const { streams = false, bodyIsOptional = false, tooLarge } = definition;
  app.route({
    method,
    url,
    schema: documented(url, schema, errors),
    config: { streams, bodyIsOptional, ...(tooLarge === undefined ? {} : { tooLarge }) },
    ...(method === 'GET' ? { exposeHeadRoute: !streams } : {}),
    ...(bodyLimitBytes === undefined ? {} : { bodyLimit: bodyLimitBytes }),
    handler: async (request, reply) => {
      const { caller } = request;
      if (caller === null) throw new Error(`${method} ${url}: nobody asked who is calling`);
      const params = read(schema.params, request.params);
      const query = read(schema.querystring, request.query);
      return handler({ params, query, body: request.body, caller, request, reply });
    },
  });
}

/** Without a schema the type is `unknown`, and the handler gets nothing. */
function read<S extends z.ZodType>(schema: S | undefined, value: unknown): z.output<S> {
  return schema === undefined ? z.custom<z.output<S>>().parse(undefined) : parseCaller(schema, value);
}

/**
 * The schema of a route as Fastify and the OpenAPI document take it.
 * @param errors undefined: an open route, which has no errors to describe
 */
export function documented(url: string, schema: RouteSchema, errors?: readonly ApiErrorCode[]): FastifySchema {
  const { summary, description, tags, params, querystring, headers, body, response } = schema;
  return {
    summary,
    tags,
    ...(description === undefined ? {} : { description }),
    ...(params === undefined ? {} : { params }),
    ...(querystring === undefined ? {} : { querystring }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body: body instanceof z.ZodType ? body : { content: contentOf(body) } }),
    response: { ...(errors === undefined ? {} : errorResponses(url, schema, errors)), ...described(response) },
    ...(errors === undefined ? { security: [] } : {}),
  };
}

/** Every answer needs a text. */
function described(response: RouteSchema['response']): RouteSchema['response'] {
  const texts = Object.entries(response).map(([status, schema]) => {
    const isSilent = schema instanceof z.ZodType && schema.description === undefined;
    return [status, isSilent ? schema.describe('Success') : schema];
  });
  return Object.fromEntries(texts);
}

function contentOf(bodies: Readonly<Record<string, z.ZodType>>): Record<string, { schema: z.ZodType }> {
  return Object.fromEntries(Object.entries(bodies).map(([type, schema]) => [type, { schema }]));
}
