import { connect } from 'node:net';
import type { RawRequest } from './requests.ts';

/** What came back over a socket. */
export interface RawAnswer {
  /** The last one, behind any 100; 0 where the connection ended without one. */
  readonly status: number;
  readonly text: string;
  /** Whether it went on for so long that the client hung up. */
  readonly isHanging: boolean;
}

const PATIENCE_MS = 10_000;
const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) /gm;

/** Writes a request to a connection of its own and reads until the end; an event stream is left after its head. */
export function exchange(port: number, { head, body, isCut }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let text = '';
    let isHanging = false;
    const timer = setTimeout(() => {
      isHanging = true;
      socket.destroy();
    }, PATIENCE_MS);
    // Whoever is refused may be cut off while still sending.
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (/content-type: text\/event-stream/i.test(text)) socket.destroy();
    });
    socket.on('close', () => {
      clearTimeout(timer);
      const statuses = [...text.matchAll(STATUS_LINE)].map(([, status]) => Number(status));
      resolve({ status: statuses.at(-1) ?? 0, text, isHanging });
    });
    socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    if (isCut) socket.end();
  });
}
