import type { RetryHeaders } from '@kieq/domain';
import { HTTP_TRANSPORT } from '@kieq/http';

/**
 * The outcome of one HTTP request, before its classification. Never an exception.
 *
 * - `answer`: a complete response, of any HTTP status.
 * - `failure`: no complete response. `sent` is false only where certainly no byte of the request was written.
 */
export type Exchange = Answer | Failure;

/** As Node gives them, by lower-case name. */
export interface ResponseHeaders extends RetryHeaders {
  readonly [name: string]: string | readonly string[] | undefined;
}

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: string;
  /** Plain http through a proxy: the response may be the proxy's own, whatever the host responded. */
  readonly isForwarded?: boolean;
  /** From just before the first byte of the request until the end of the response, monotonic. */
  readonly latencyMs: number;
}

export interface Failure {
  readonly kind: 'failure';
  readonly sent: boolean;
  /** A code of Node such as `ECONNRESET`, or one of {@link TRANSPORT}. */
  readonly transport: string;
  /** 0 when nothing was sent. */
  readonly latencyMs: number;
  /** Present when at least the head of a response arrived. */
  readonly status?: number;
  /** The part of the body that arrived. */
  readonly partialBody?: string;
}

/** Transport codes of kieq, in addition to those of Node. */
export const TRANSPORT = {
  ...HTTP_TRANSPORT,
  /** The caller's send deadline had passed when the connection was ready. */
  sendDeadline: 'SEND_DEADLINE',
  /** The caller's hook threw before the first byte. */
  sendRefused: 'SEND_REFUSED',
  /** The request cannot be written as JSON. */
  unserialisable: 'UNSERIALISABLE',
  connectTimeout: 'CONNECT_TIMEOUT',
  /** A response came before the first byte of the request was written. */
  unasked: 'ANSWERED_UNASKED',
  timeout: 'TIMEOUT',
  /** The client was closed before the call. */
  closed: 'CLIENT_CLOSED',
  /** The server had closed the connection before the first byte: a pooled one while idle, a new one at once. */
  socketClosed: 'SOCKET_CLOSED',
  bodyTooLarge: 'BODY_TOO_LARGE',
} as const;
