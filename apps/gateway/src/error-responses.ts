import { z } from 'zod';
import { API_ERRORS, type ApiErrorCode } from './api-error.ts';
import { isKiePath } from './envelope.ts';

/** A documented response: description and content types. */
export interface ResponseDoc {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>;
}

const problem = z.object({
  field: z.string().describe('Path such as input.image_urls[0]; empty for the whole request'),
  rule: z.string().describe('Rule that the value must follow'),
  received: z.string().describe('Value received, as JSON of at most 200 characters'),
});

const kieError = (status: number): z.ZodType =>
  z.object({ code: z.literal(status).describe('Same as the HTTP status'), msg: z.string(), data: z.null() });

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
  return Object.fromEntries([...statuses].map((status) => [status, errorResponse(url, status, ofStatus(status))]));
}

function errorResponse(url: string, status: number, codes: readonly ApiErrorCode[]): ResponseDoc {
  const schema = isKiePath(url) ? kieError(status) : nativeError(codes);
  return { description: codes.join(', '), content: { 'application/json': { schema } } };
}

function nativeError(codes: readonly ApiErrorCode[]): z.ZodType {
  return z.object({
    error: z.object({
      code: z.enum(codes),
      message: z.string(),
      problems: z.array(problem).optional(),
      request: z.string().optional().describe('Id of the request, for internal errors: the log has the cause under it'),
    }),
  });
}
