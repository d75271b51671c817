import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP connection that a test can hold or cut, between a process and its Redis. */
export interface TcpProxy {
  readonly port: number;
  /** From the first command on that contains this text, holds what the server answers; commands still arrive. */
  holdAnswersTo(text: string): void;
  /** Holds what the client sends, so that nothing of it reaches the server. */
  holdCommands(): void;
  /** Lets everything pass again, what was held first. */
  flow(): void;
  /** Ends every connection; new ones are accepted. */
  cut(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  const held = { answers: false, commands: false };
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
    const server = connect(target);
    const pair = { client, server };
    pairs.add(pair);
    client.on('data', (chunk) => {
      if (trigger !== undefined && chunk.includes(trigger)) {
        held.answers = true;
        apply();
      }
      server.write(chunk);
    });
    server.on('data', (chunk) => client.write(chunk));
    for (const socket of [client, server]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        client.destroy();
        server.destroy();
      });
    }
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
      apply();
    },
    cut,
    async close() {
      listener.close();
      cut();
      await once(listener, 'close');
    },
  };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen on a port');
  return address;
}
