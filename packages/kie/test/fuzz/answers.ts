import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { bodies } from './bodies.ts';

/**
 * How an answer ends.
 *
 * - `length`: as its Content-Length says. `closed`: with its connection; there is no Content-Length.
 * - `cut`: before it is whole. `trickle`: never; a byte comes now and then.
 */
type Ending = 'length' | 'closed' | 'cut' | 'trickle';

export interface HostileAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
  /** `gzip`: it is. `wrong`: it is said to be, and is not. */
  readonly coding: 'none' | 'gzip' | 'wrong';
  readonly ending: Ending;
}

const STATUSES = [200, 201, 204, 301, 307, 400, 401, 402, 403, 404, 408, 413, 422, 429, 451, 500, 502, 503, 505, 599];
const status = fc.oneof(
  { weight: 3, arbitrary: fc.constant(200) },
  { weight: 2, arbitrary: fc.constantFrom(...STATUSES) },
);
const header = fc.constantFrom(
  'Content-Type: application/json',
  'Content-Type: text/html; charset=utf-16',
  'Content-Type: \u00ff',
  'Retry-After: 99999999999999999999',
  'Retry-After: -1',
  'Retry-After: soon',
  'Location: http://127.0.0.1:1/elsewhere',
  'Set-Cookie: a=b',
  `X-Long: ${'x'.repeat(8000)}`,
);

export const answers: fc.Arbitrary<HostileAnswer> = fc.record({
  status,
  headers: fc.uniqueArray(header, { maxLength: 3 }),
  body: bodies,
  coding: fc.oneof(
    { weight: 8, arbitrary: fc.constant('none' as const) },
    { weight: 1, arbitrary: fc.constantFrom('gzip' as const, 'wrong' as const) },
  ),
  ending: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Ending>('length', 'closed') },
    { weight: 2, arbitrary: fc.constant<Ending>('cut') },
    { weight: 1, arbitrary: fc.constant<Ending>('trickle') },
  ),
});

/** The longest body that the client reads; some answers are longer. */
export const BODY_LIMIT = 131_072;

/** Whether its reader gets all of it, and can read it. */
export function isWhole({ status: said, coding, ending, body }: HostileAnswer): boolean {
  const isReadable = said !== 204 && coding !== 'wrong' && Buffer.byteLength(body) <= BODY_LIMIT;
  return isReadable && (ending === 'length' || ending === 'closed');
}

/** Writes the answer in bytes: no HTTP server would do so. */
export function write(socket: Socket, { status: said, headers, body, coding, ending }: HostileAnswer): void {
  const bytes = coding === 'gzip' ? gzipSync(body) : Buffer.from(body);
  const promised = ending === 'closed' ? [] : [`Content-Length: ${bytes.length + (ending === 'length' ? 0 : 1000)}`];
  const coded = coding === 'none' ? [] : ['Content-Encoding: gzip'];
  const head = [`HTTP/1.1 ${said} Said`, ...headers, ...coded, ...promised, 'Connection: close', '', ''].join('\r\n');
  socket.write(Buffer.concat([Buffer.from(head, 'latin1'), bytes]));
  if (ending === 'trickle') trickle(socket);
  else socket.end();
}

function trickle(socket: Socket): void {
  const timer = setInterval(() => socket.write(' '), 5);
  socket.once('close', () => clearInterval(timer));
}
