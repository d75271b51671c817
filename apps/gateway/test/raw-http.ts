import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A connection on which a test writes what it likes. */
export interface RawConnection {
  readonly socket: Socket;
  /** What the server said so far. */
  said(): string;
  /** Waits until the server has hung up, and gives what it said. */
  closed(): Promise<string>;
}

/** Opens a connection and sends the head of a request, its lines given, and what follows it; it ends with the test. */
export function openRaw(url: string, head: readonly string[], body = ''): RawConnection {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    said: () => text,
    closed: () => closed.then(() => text),
  };
}
