import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One callback as it arrived. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A caller's webhook receiver on loopback. */
export interface Receiver {
  /** Without a slash at the end. */
  readonly url: string;
  /** In order of arrival. */
  readonly received: readonly Received[];
  /** Ends it; open connections are cut. */
  stop(): Promise<void>;
}

/** Answers one callback; one that does nothing leaves it without an answer. */
export type Answering = (response: ServerResponse, request: Received) => void;

/** @param port default a free one; the port of an earlier receiver brings that one back */
export async function startReceiver(
  answer: Answering = (response) => response.end(),
  { port = 0 }: { readonly port?: number } = {},
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    // A client that has cut the connection gets no response.
    response.on('error', () => undefined);
    void text(request).then((body) => {
      const callback = { path: request.url ?? '', headers: request.headers, text: body };
      received.push(callback);
      answer(response, callback);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    received,
    async stop() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}
