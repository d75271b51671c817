import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { differences, type Write } from './recording.ts';
import { ReplySplitter } from './resp.ts';

/** A pool of its own that goes the recorded way: one write, its replies, the next write. */
export interface Lane {
  /** Returns how many replies were of another kind than the recorded ones. */
  play(writes: readonly Write[]): Promise<number>;
  close(): void;
}

interface Target {
  readonly host: string;
  readonly port: number;
}

/** @param connections as many as were recorded */
export async function openLane(target: Target, connections: number): Promise<Lane> {
  let heard = (_kinds: string): void => undefined;
  let failed = (_error: Error): void => undefined;
  const sockets: Socket[] = [];
  for (let i = 0; i < connections; i += 1) {
    const socket = connect({ ...target, noDelay: true });
    await once(socket, 'connect');
    const splitter = new ReplySplitter();
    socket.on('data', (chunk) => heard(splitter.push(chunk).join('')));
    socket.on('error', (error) => failed(error));
    socket.on('close', () => failed(new Error('Redis closed a connection of the replay')));
    sockets.push(socket);
  }
  return {
    play: (writes) =>
      new Promise((resolve, reject) => {
        let [at, different, kinds] = [0, 0, ''];
        failed = reject;
        const send = (): void => {
          const write = writes[at];
          if (write === undefined) return resolve(different);
          kinds = '';
          sockets[write.connection]?.write(write.bytes);
        };
        heard = (more) => {
          const write = writes[at];
          kinds += more;
          if (write === undefined || kinds.length < write.replies) return;
          different += differences(write.kinds, kinds);
          at += 1;
          send();
        };
        send();
      }),
    close() {
      failed = () => undefined;
      for (const socket of sockets) socket.destroy();
    },
  };
}
