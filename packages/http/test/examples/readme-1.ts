import {
  isUsable,
  listen,
  openRequest,
  requestHead,
  whenConnected,
  type HttpRequest,
  type Listener,
} from '../../src/index.ts';

declare const url: HttpRequest['url'];
declare const headers: HttpRequest['headers'];
declare const agents: HttpRequest['agents'];
declare const trust: HttpRequest['trust'];
declare const body: Buffer;
declare const signal: AbortSignal;
declare const onHead: Listener['onHead'];
declare const onFailure: Listener['onFailure'];

const head = await requestHead({ method: 'GET', url, headers, agents }, signal);
// { kind: 'head', status, response } | { kind: 'failed', transport }: never rejects

const request = openRequest({ method: 'POST', url, headers, body, agents, trust }); // connects, and writes nothing
listen(request, { onHead, onFailure });
const socket = await whenConnected(request); // TCP, the tunnel of a proxy, TLS with the certificate checked
if (isUsable(socket)) request.end(body); // head and body leave now

export { head };
