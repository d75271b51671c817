import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { z } from 'zod';
import type { ApiErrorCode } from './api-error.ts';
import type { Caller } from './caller.ts';
import { errorResponses, json, type ResponseDoc } from './error-responses.ts';
import { parseCaller } from './problems.ts';

/**
 * Definition of a route, native or Kie-compatible:
 *
 *   route(app, {
 *     method: 'GET',
 *     url: '/v1/generations/:id',
 *     schema: { operationId: 'readThing', summary: '…', tags: ['generations'], params: z.object({ id: … }), response: { 200: viewSchema } },
 *     errors: ['not_found'],
 *     handler: async ({ params, caller, reply }) => …,
 *   });
 *
 * - `params` and `querystring` validate: the handler gets the parsed values, and invalid input is answered with 422.
 * - `body` is documentation only. The handler gets the raw body and parses it (`parseCaller`) or passes it to the
 *   producer, which validates by the same schema. A record of content types documents several.
 * - `response` documents the responses by status; they are written as returned (JSON.stringify).
 * - `errors` are the ApiError codes that this route returns in addition to those of every route.
 * - The caller is authenticated before the handler runs. Every thrown error goes to the one error handler.
 */
export interface Route<Params extends z.ZodType, Query extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly schema: RouteSchema<Params, Query>;
  readonly errors?: readonly ApiErrorCode[];
  /** An empty JSON body counts as absent: many clients always declare a content type. Default false. */
  readonly bodyIsOptional?: boolean;
  /** Longest body, in bytes. Default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** Sentence for the refusal of a longer body: consequence and remedy. */
  readonly tooLarge?: string;
  /** The response stays open (events): the GET has no HEAD, and its time is not measured. Default false. */
  readonly streams?: boolean;
  /** Returns the response, with status 200 unless `reply.code` sets another; `reply` itself after `hijack`. */
  readonly handler: (call: Call<z.output<Params>, z.output<Query>>) => unknown;
}

export interface RouteSchema<Params extends z.ZodType = z.ZodType, Query extends z.ZodType = z.ZodType> {
  /** Name of the operation in generated clients, in camelCase. It never changes. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly params?: Params;
  readonly querystring?: Query;
  /** Headers that the route reads. */
  readonly headers?: z.ZodType;
  readonly body?: z.ZodType | Readonly<Record<string, z.ZodType>>;
  /** `.describe()` of a schema sets the description of the response. */
  readonly response: Readonly<Record<number, z.ZodType | ResponseDoc>>;
}

/** One request with its parsed input, as the handler of a route gets it. */
export interface Call<Params, Query> {
  readonly params: Params;
  readonly query: Query;
  /** Untrusted. Undefined without a body. */
  readonly body: unknown;
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route needs no authentication. */
    open?: boolean;
    /** The response may stay open for long. */
    streams?: boolean;
    /** An empty body counts as absent. */
    bodyIsOptional?: boolean;
    /** Sentence for the refusal of a body that is too large. */
    tooLarge?: string;
  }
}

const NOTHING = z.unknown();

/** Adds a route that needs authentication; see `Route`. */
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
      if (caller === null) throw new Error(`${method} ${url}: the request was not authenticated`);
      const params = read(schema.params, request.params);
      const query = read(schema.querystring, request.query);
      return handler({ params, query, body: request.body, caller, request, reply });
    },
  });
}

/** Without a schema the type is `unknown` and the value undefined. */
function read<S extends z.ZodType>(schema: S | undefined, value: unknown): z.output<S> {
  return schema === undefined ? z.custom<z.output<S>>().parse(undefined) : parseCaller(schema, value);
}

/**
 * The schema of a route in the form that Fastify and the OpenAPI document need.
 * @param errors undefined for an open route, which documents no errors
 */
export function documented(url: string, schema: RouteSchema, errors?: readonly ApiErrorCode[]): FastifySchema {
  const { operationId, summary, description, tags, params, querystring, headers, body, response } = schema;
  return {
    operationId,
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

/** OpenAPI requires a description for every response. */
function described(response: RouteSchema['response']): RouteSchema['response'] {
  const docs = Object.entries(response).map(([status, schema]) => {
    // `z.null()` documents a response without a body.
    const isDoc = !(schema instanceof z.ZodType) || schema instanceof z.ZodNull;
    return [status, isDoc ? schema : json(schema.description ?? 'Success', schema)];
  });
  return Object.fromEntries(docs);
}

function contentOf(bodies: Readonly<Record<string, z.ZodType>>): Record<string, { schema: z.ZodType }> {
  return Object.fromEntries(Object.entries(bodies).map(([type, schema]) => [type, { schema }]));
}
