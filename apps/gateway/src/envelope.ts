import type { Problem } from '@kieq/kie';
import type { ApiErrorCode } from './api-error.ts';

/** An error response, independent of the envelope of the API that was called. */
export interface ErrorAnswer {
  readonly status: number;
  readonly code: ApiErrorCode;
  readonly message: string;
  readonly problems: readonly Problem[];
  readonly retryAfterS: number | undefined;
  /** Id of the request, for internal errors only; the log has the cause under it. */
  readonly request: string | undefined;
}

/** Whether an address, known or not, belongs to the Kie-compatible API or to the callbacks of Kie. */
export function isKiePath(url: string): boolean {
  return url.startsWith('/api/') || url.startsWith('/callbacks/');
}

/** Whether an address, known or not, belongs to OpenAI's video API. */
export function isOpenAiPath(url: string): boolean {
  return /^\/v1\/videos(?:[/?]|$)/.test(url);
}

/** The body of an error: Kie's envelope below `/api/` and `/callbacks/`, OpenAI's below `/v1/videos`, else the native one. */
export function errorBody(url: string, { status, code, message, problems, request }: ErrorAnswer): object {
  if (isKiePath(url)) {
    return { code: status, msg: request === undefined ? message : `${message} (${request})`, data: null };
  }
  if (isOpenAiPath(url)) {
    const told = request === undefined ? message : `${message} (${request})`;
    return { error: { message: told, type: openAiType(status), param: problems[0]?.field ?? null, code } };
  }
  return {
    error: {
      code,
      message,
      ...(problems.length === 0 ? {} : { problems }),
      ...(request === undefined ? {} : { request }),
    },
  };
}

/** OpenAI's kinds of errors, as its clients know them. */
function openAiType(status: number): string {
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
