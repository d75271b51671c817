import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface KillingProxy {
  readonly url: string;
  /** What was asked, such as `PUT …?uploadId=…`; what a killed process asked included. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/**
 * Where the client is killed: before the server gets its nth request, or after the server has responded and before the
 * response arrives.
 */
export interface Death {
  readonly request: number;
  readonly phase: 'before' | 'after';
  kill(): void;
}

/** A proxy before an HTTP server that kills the client process at an exact request. */
export async function startKillingProxy(target: string, death: () => Death | undefined): Promise<KillingProxy> {
  const asked: string[] = [];
  const server = createServer((incoming, response) => {
    response.on('error', () => undefined);
    asked.push(`${incoming.method} ${incoming.url}`);
    const now = death();
    const here = now?.request === asked.length ? now : undefined;
    void pass(target, incoming, response, here).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    async stop() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function pass(
  target: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  death: Death | undefined,
): Promise<void> {
  const body = await buffer(incoming);
  if (death?.phase === 'before') return death.kill();
  const outgoing = request(new URL(incoming.url ?? '/', target), {
    method: incoming.method,
    headers: incoming.headers,
  });
  outgoing.end(body);
  const answer: IncomingMessage = await new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  });
  const answered = await buffer(answer);
  if (death?.phase === 'after') return death.kill();
  response.writeHead(answer.statusCode ?? 502, answer.headers).end(answered);
}
