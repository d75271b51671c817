import type { Answer, Exchange, Failure } from '../../src/exchange.ts';
import { createRedactor } from '../../src/redact.ts';

export const API_KEY = 'k3y-0123456789abcdef';
export const redact = createRedactor(API_KEY);
export const NOW = Date.parse('2026-08-01T12:00:00Z');

export function answer(status: number, body: unknown, headers: Answer['headers'] = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answer', status, headers, body: text, latencyMs: 321 };
}

export function envelope(code: number | string, msg = 'no', data: unknown = null): unknown {
  return { code, msg, data };
}

export function failure(sent: boolean, transport: string, more: Partial<Failure> = {}): Exchange {
  return { kind: 'failure', sent, transport, latencyMs: sent ? 50 : 0, ...more };
}
