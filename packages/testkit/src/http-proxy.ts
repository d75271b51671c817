import { once } from 'node:events';
import { createServer, request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** An HTTP proxy on loopback, as companies have them. */
export interface HttpProxy {
  /** Without a slash at the end. */
  readonly url: string;
  /** What it was asked for, in order: `CONNECT host:port`, or method and whole address. */
  readonly asked: readonly string[];
  /** The `Proxy-Authorization` of each of them. */
  readonly credentials: readonly (string | undefined)[];
  /** Ends it; open connections are cut. */
  stop(): Promise<void>;
}

export interface HttpProxyOptions {
  /** Where the hosts are that it knows: the port on loopback. Default the port that was asked for. */
  readonly portOf?: (host: string) => number | undefined;
  /** It answers everything with this status instead of passing it on. */
  readonly refuses?: number;
  /** It takes connections and says nothing. */
  readonly isSilent?: boolean;
}

/** Starts one. */
export async function startHttpProxy(options: HttpProxyOptions = {}): Promise<HttpProxy> {
  const { portOf = () => undefined, refuses, isSilent = false } = options;
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const note = (what: string, { headers }: IncomingMessage): void => {
    asked.push(what);
    credentials.push(headers['proxy-authorization']);
  };
  const server = createServer((request, response) => {
    note(`${request.method} ${request.url}`, request);
    if (isSilent) return;
    if (refuses === undefined) forward(request, response, portOf);
    else response.writeHead(refuses, { 'content-type': 'text/html' }).end('<h1>the proxy says no</h1>');
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    note(`CONNECT ${request.url}`, request);
    if (isSilent) return;
    if (refuses === undefined) tunnel(new URL(`http://${request.url}`), socket, portOf);
    else socket.end(`HTTP/1.1 ${refuses} No\r\ncontent-length: 2\r\n\r\nno`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    credentials,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, 'close');
    },
  };
}

type PortOf = NonNullable<HttpProxyOptions['portOf']>;

function portFor({ hostname, port }: URL, portOf: PortOf): number {
  return portOf(hostname) ?? Number(port === '' ? 80 : port);
}

function forward(request: IncomingMessage, response: ServerResponse, portOf: PortOf): void {
  const url = new URL(request.url ?? '');
  const { method, headers } = request;
  const options = { host: '127.0.0.1', port: portFor(url, portOf), path: url.pathname + url.search, method, headers };
  const onward = requestHttp(options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(502).end());
  request.pipe(onward);
}

function tunnel(url: URL, socket: Socket, portOf: PortOf): void {
  const onward = connect(portFor(url, portOf), '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.pipe(onward).pipe(socket);
  });
  onward.on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy());
  socket.once('close', () => onward.destroy());
}
