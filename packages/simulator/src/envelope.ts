import type { SimulatorOptions } from './configuration.ts';

/** An answer before a fault changes it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Kie's words for its codes. */
const MESSAGES: Readonly<Record<number, string>> = {
  200: 'success',
  400: 'Invalid request parameters',
  401: 'You do not have access permissions',
  402: 'Your current balance isn’t enough to run this request. Please top up to continue.',
  404: 'The requested resource was not found',
  408: 'The upstream has had no result for over 10 minutes',
  422: 'Parameter validation failed',
  429: 'Your call frequency is too high. Please try again later.',
  433: 'The usage limit of this API key has been reached',
  451: 'Failed to fetch the image. Please verify its link.',
  455: 'The service is currently under maintenance. Please try again later.',
  500: 'Server exception, please try again later or contact customer service',
  501: 'Generation failed',
  505: 'This feature is currently disabled',
};

export function messageOf(code: number): string {
  return MESSAGES[code] ?? `Error ${code}`;
}

const JSON_HEADERS = { 'content-type': 'application/json;charset=UTF-8' };

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(value) };
}

export function success(data: unknown): Answer {
  return json(200, { code: 200, msg: 'success', data });
}

/** An error envelope; its HTTP status is 200 unless the style says otherwise. */
export function failure(
  code: number,
  msg: string = messageOf(code),
  style: SimulatorOptions['errorStyle'] = 'envelope',
): Answer {
  return json(style === 'status' ? httpStatusOf(code) : 200, { code, msg, data: null });
}

/** Kie's own codes beyond HTTP (433, 455, 505) are sent unchanged; a code that HTTP cannot carry becomes 500. */
function httpStatusOf(code: number): number {
  return code >= 400 && code <= 599 ? code : 500;
}

export function htmlPage(status: number): Answer {
  const body = `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center><hr><center>cloudflare</center></body></html>\n`;
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body };
}
