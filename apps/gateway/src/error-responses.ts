import { z } from 'zod';
import { API_ERRORS, type ApiErrorCode } from './api-error.ts';
import { isKiePath, isOpenAiPath } from './envelope.ts';
import { wordSchema } from './word-schema.ts';

/** A documented response: description and content types. */
export interface ResponseDoc {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>;
}

/** A response with this JSON. */
export function json(description: string, schema: z.ZodType): ResponseDoc {
  return { description, content: { 'application/json': { schema } } };
}

/** The bytes of a file. */
export const fileSchema = z.string().meta({ format: 'binary' });

/** A rule that a request breaks. */
export const problemSchema = z
  .object({
    field: z.string().describe('Path such as input.image_urls[0]; empty for the whole request'),
    rule: z.string().describe('Rule that the value must follow'),
    received: z.string().describe('Value received, as JSON of at most 200 characters'),
  })
  .meta({ id: 'Problem', examples: [{ field: 'input.prompt', rule: 'must not be empty', received: '""' }] });

const kieError = z.object({ code: z.int().describe('Same as the HTTP status'), msg: z.string(), data: z.null() }).meta({
  id: 'KieError',
  description: "An error in Kie's envelope",
  examples: [{ code: 422, msg: 'input.prompt must not be empty, received ""', data: null }],
});

const nativeError = z
  .object({
    error: z
      .object({
        code: wordSchema(Object.keys(API_ERRORS), 'The description of the response names the codes of its status'),
        message: z.string(),
        problems: z.array(problemSchema).optional(),
        request: z
          .string()
          .optional()
          .describe('Id of the request, for internal errors: the log has the cause under it'),
      })
      .meta({ id: 'ErrorDetails' }),
  })
  .meta({
    id: 'Error',
    examples: [
      {
        error: {
          code: 'invalid_request',
          message: 'input.prompt must not be empty, received ""',
          problems: [{ field: 'input.prompt', rule: 'must not be empty', received: '""' }],
        },
      },
    ],
  });

const openAiError = z
  .object({
    error: z
      .object({
        message: z.string(),
        type: wordSchema(['invalid_request_error', 'rate_limit_error', 'server_error']),
        param: z.string().nullable().describe('The first field that is wrong'),
        code: wordSchema(Object.keys(API_ERRORS), 'The description of the response names the codes of its status'),
      })
      .meta({ id: 'OpenAiErrorDetails' }),
  })
  .meta({
    id: 'OpenAiError',
    description: "An error in OpenAI's shape",
    examples: [
      {
        error: {
          message: 'model must be the name of a Kie model, received "sora-2"',
          type: 'invalid_request_error',
          param: 'model',
          code: 'invalid_request',
        },
      },
    ],
  });

const ALWAYS: readonly ApiErrorCode[] = ['unreadable_body', 'unauthorized', 'forbidden', 'rate_limited', 'internal'];
const WITH_BODY: readonly ApiErrorCode[] = ['too_slow', 'body_too_large', 'unsupported_media_type', 'invalid_request'];

/** Parts of a request that a route reads; undefined if it does not read them. */
interface RouteInput {
  readonly params?: unknown;
  readonly querystring?: unknown;
  readonly body?: unknown;
}

/** The error responses of a route, by status. */
export function errorResponses(
  url: string,
  { params, querystring, body }: RouteInput,
  more: readonly ApiErrorCode[],
): Record<number, ResponseDoc> {
  const hasInput = params !== undefined || querystring !== undefined;
  const codes = new Set<ApiErrorCode>([
    ...ALWAYS,
    'unavailable',
    ...(hasInput ? ['invalid_request' as const] : []),
    ...(body === undefined ? [] : WITH_BODY),
    ...more,
  ]);
  const statuses = new Set([...codes].map((code) => API_ERRORS[code]));
  const ofStatus = (status: number): ApiErrorCode[] => [...codes].filter((code) => API_ERRORS[code] === status);
  return Object.fromEntries([...statuses].map((status) => [status, errorResponse(url, ofStatus(status))]));
}

function errorResponse(url: string, codes: readonly ApiErrorCode[]): ResponseDoc {
  const schema = isKiePath(url) ? kieError : isOpenAiPath(url) ? openAiError : nativeError;
  return json(codes.map((code) => `\`${code}\``).join(', '), schema);
}
