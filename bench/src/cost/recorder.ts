import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { isScript, isWaiting, writeOf, type Traffic, type Write } from './recording.ts';
import { CommandSplitter, ReplySplitter, type Command } from './resp.ts';

interface Target {
  readonly host: string;
  readonly port: number;
}

/** A TCP connection between clients and Redis that writes down what passes. */
export interface Recorder {
  /** Address for the clients. */
  readonly url: string;
  /** What came since the last call, in the order in which Redis carried it out. */
  take(): { readonly writes: Write[]; readonly traffic: Traffic };
  close(): Promise<void>;
}

interface Link {
  readonly number: number;
  readonly client: Socket;
  readonly server: Socket;
  /** Replies that are due, less those that came. */
  open: number;
  kinds: string;
  heard: () => void;
}

interface Turn {
  readonly link: Link;
  readonly commands: readonly Command[];
}

const NOTHING = { writes: 0, sent: 0, scripts: 0, bytesIn: 0, bytesOut: 0 };

/**
 * Clients take turns: what one of them wrote at once is answered before anything of another one goes on. So the order in
 * which it is written down is the order in which Redis carried it out, and sent again in that order it leads to the same
 * state. Commands that wait for other clients are the exception: they block no other lane.
 */
export async function startRecorder(target: Target): Promise<Recorder> {
  const turns: Turn[] = [];
  const links = new Set<Link>();
  let [opened, isBusy] = [0, false];
  let writes: Write[] = [];
  let traffic: Traffic = NOTHING;

  const pump = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      const { link, commands } = turn;
      const kinds = await carryOut(link, commands);
      traffic = withWrite(traffic, commands);
      const write = writeOf(link.number, commands, kinds);
      if (write !== undefined) writes.push(write);
    }
    isBusy = false;
  };

  const listener = createServer((client) => {
    const link: Link = { number: opened, client, server: connect(target), open: 0, kinds: '', heard: () => undefined };
    opened += 1;
    links.add(link);
    const [asked, answered] = [new CommandSplitter(), new ReplySplitter()];
    client.setNoDelay();
    link.server.setNoDelay();
    client.on('data', (chunk) => {
      const commands = asked.push(chunk);
      if (commands.length === 0) return;
      turns.push({ link, commands });
      void pump();
    });
    link.server.on('data', (chunk) => {
      client.write(chunk);
      traffic = { ...traffic, bytesOut: traffic.bytesOut + chunk.length };
      // A message without a request is not a reply.
      const kinds = answered.push(chunk).filter((kind) => kind !== '>');
      link.kinds += kinds.join('');
      link.open -= kinds.length;
      link.heard();
    });
    endTogether(link, () => links.delete(link));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the recorder listens on no port');
  return {
    url: `redis://127.0.0.1:${address.port}`,
    take() {
      const taken = { writes, traffic };
      [writes, traffic] = [[], NOTHING];
      return taken;
    },
    async close() {
      listener.close();
      for (const { client, server } of links) for (const socket of [client, server]) socket.destroy();
      if (listener.listening) await once(listener, 'close');
    },
  };
}

/** Returns the kinds of the replies, or undefined where they were not waited for. */
async function carryOut(link: Link, commands: readonly Command[]): Promise<string | undefined> {
  if (link.server.destroyed) return undefined;
  link.kinds = '';
  link.open += commands.length;
  link.server.write(Buffer.concat(commands.map(({ bytes }) => bytes)));
  if (commands.some(isWaiting)) return undefined;
  await new Promise<void>((resolve) => {
    link.heard = () => {
      if (link.open <= 0 || link.server.destroyed) resolve();
    };
    link.heard();
  });
  link.heard = () => undefined;
  return link.kinds.length === commands.length ? link.kinds : undefined;
}

function withWrite(traffic: Traffic, commands: readonly Command[]): Traffic {
  return {
    ...traffic,
    writes: traffic.writes + 1,
    sent: traffic.sent + commands.length,
    scripts: traffic.scripts + commands.filter(isScript).length,
    bytesIn: traffic.bytesIn + commands.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}

function endTogether(link: Link, ended: () => void): void {
  for (const socket of [link.client, link.server]) {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      ended();
      link.client.destroy();
      link.server.destroy();
      link.heard();
    });
  }
}
