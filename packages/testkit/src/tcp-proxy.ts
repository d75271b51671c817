import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

interface Target {
  readonly host: string;
  readonly port: number;
}

/** A TCP connection that a test can hold, cut or lead elsewhere, between a process and its Redis. */
export interface TcpProxy {
  readonly port: number;
  /** From the first command on that contains this text, holds what the server answers; commands still arrive. */
  holdAnswersTo(text: string): void;
  /** Holds what the client sends, so that nothing of it reaches the server. */
  holdCommands(): void;
  /** Lets everything pass again, what was held first. Connections that were swallowed stay dead. */
  flow(): void;
  /**
   * Half-open: every connection stays open and takes bytes, and nothing arrives on the other side any more, as behind a
   * firewall that forgot it. New connections are dead too, until `flow`.
   */
  swallow(): void;
  /** New connections go to this server; those that are open stay where they are. */
  leadTo(target: Target): void;
  /** Ends every connection; new ones are accepted. */
  cut(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  dead: boolean;
}

export async function startTcpProxy(first: Target): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const held = { answers: false, commands: false };
  let target = first;
  let swallowing = false;
  let trigger: string | undefined;
  const apply = (): void => {
    for (const { client, server } of pairs) {
      if (held.answers) server.pause();
      else server.resume();
      if (held.commands) client.pause();
      else client.resume();
    }
  };
  const listener = createServer((client) => {
    const pair: Pair = { client, server: connect(target), dead: swallowing };
    pairs.add(pair);
    client.on('data', (chunk) => {
      if (trigger !== undefined && chunk.includes(trigger)) {
        held.answers = true;
        apply();
      }
      if (!pair.dead) pair.server.write(chunk);
    });
    pair.server.on('data', (chunk) => {
      if (!pair.dead) client.write(chunk);
    });
    endTogether(pair, () => pairs.delete(pair));
    apply();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = (): void => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
  };
  return {
    port: addressOf(listener.address()).port,
    holdAnswersTo(text) {
      trigger = text;
    },
    holdCommands() {
      held.commands = true;
      apply();
    },
    flow() {
      trigger = undefined;
      held.answers = false;
      held.commands = false;
      swallowing = false;
      apply();
    },
    swallow() {
      swallowing = true;
      for (const pair of pairs) pair.dead = true;
    },
    leadTo(next) {
      target = next;
    },
    cut,
    async close() {
      listener.close();
      cut();
      await once(listener, 'close');
    },
  };
}

function endTogether({ client, server }: Pair, ended: () => void): void {
  for (const socket of [client, server]) {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      ended();
      client.destroy();
      server.destroy();
    });
  }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen on a port');
  return address;
}
