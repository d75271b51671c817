import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy in front of the gateway that cuts responses. */
export interface CuttingProxy {
  readonly url: string;
  /** Requests that it has passed on, such as `POST /v1/videos`. */
  readonly passed: readonly string[];
}

/**
 * Starts a proxy that passes on every request and, for the first ones, cuts the connection instead of the response: the
 * gateway has done its work, and the client does not know. It passes on one request at a time, so that the gateway
 * handles them in the order of `passed`; two that are under way together could change places. It ends with the test.
 * @param cuts whether the response to a request is cut
 */
export async function startCuttingProxy(
  target: string,
  cuts: (request: string, before: number) => boolean,
): Promise<CuttingProxy> {
  const passed: string[] = [];
  let turn = Promise.resolve();
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const name = `${incoming.method} ${incoming.url}`;
    const isCut = cuts(name, passed.filter((one) => one === name).length);
    passed.push(name);
    const options = { method: incoming.method, headers: incoming.headers, agent: false };
    const passedOn = forward(new URL(incoming.url ?? '/', target), options, (response: IncomingMessage) => {
      if (isCut) return void response.resume().on('end', () => incoming.socket.destroy());
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passedOn.on('error', () => incoming.socket.destroy());
    incoming.pipe(passedOn);
  };
  const server = createServer((incoming, outgoing) => {
    turn = turn.then(async () => {
      if (outgoing.closed) return;
      pass(incoming, outgoing);
      await once(outgoing, 'close');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { url: `http://127.0.0.1:${portOf(server.address())}`, passed };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return address.port;
}
