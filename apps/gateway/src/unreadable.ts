import type { Socket } from 'node:net';
import { errorBody } from './envelope.ts';

const STATUS = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' } as const;

const MESSAGES = {
  400: 'The request is not valid HTTP.',
  408: 'The request took too long to arrive.',
  431: 'The headers are too large.',
} as const;

/** Answers bytes that never became a request and closes the connection. */
export function unreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOf(error.code);
  const message = MESSAGES[status];
  const body = JSON.stringify(
    errorBody('', {
      status,
      code: 'unreadable_body',
      message,
      problems: [],
      retryAfterS: undefined,
      request: undefined,
    }),
  );
  const head = `HTTP/1.1 ${status} ${STATUS[status]}\r\nContent-Type: application/json; charset=utf-8\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}

function statusOf(code: string | undefined): keyof typeof STATUS {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}
