import type { AnswerSeen } from '../described.ts';
import type { RawAnswer } from './exchange.ts';
import type { RawRequest } from './requests.ts';

/**
 * An answer of a route as the OpenAPI document speaks of it. Undefined for what never became a request, which no route
 * answers, and for answers that are not read to their end: streams, files, and those without a body.
 */
export function seen({ head }: RawRequest, { status, text }: RawAnswer): AnswerSeen | undefined {
  const [method = '', path = ''] = head.split(' ', 2);
  const [lines = '', body = ''] = text.slice(text.lastIndexOf('HTTP/1.1 ')).split('\r\n\r\n', 2);
  const contentType = headerOf(lines, 'content-type');
  // Every answer of a route has it.
  if (headerOf(lines, 'x-content-type-options') === null || !isJson(contentType) || body === '') return undefined;
  return { method, path, status, contentType, body: JSON.parse(Buffer.from(body, 'latin1').toString('utf8')) };
}

function isJson(contentType: string | null): boolean {
  return contentType?.startsWith('application/json') ?? false;
}

function headerOf(lines: string, name: string): string | null {
  return new RegExp(`^${name}: (.*?)\\r?$`, 'im').exec(lines)?.[1] ?? null;
}
