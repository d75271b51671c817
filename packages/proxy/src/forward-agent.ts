import { Agent, type AgentOptions, type ClientRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { authorityOf, targetOf, proxyTargetOf, serverNameOf } from './target.ts';
import type { Proxies } from './proxies.ts';
import { proxyAuthorization } from './tunnel.ts';

declare module 'node:http' {
  interface Agent {
    /** Gives a request a connection. Node calls this before it writes the head of the request. */
    addRequest(request: ClientRequest, options: RequestOptions): void;
  }
}

/**
 * Connections to plain http hosts. Where a host has a proxy, the request goes to that one with the whole address in its
 * first line (RFC 9112, section 3.2.2), and the response may be the proxy's own.
 */
export class ForwardAgent extends Agent {
  readonly #proxies: Proxies;
  readonly #toProxy: Readonly<Record<string, Agent>>;

  constructor(proxies: Proxies, options: AgentOptions) {
    super(options);
    this.#proxies = proxies;
    this.#toProxy = { 'http:': new Agent(options), 'https:': new HttpsAgent(options) };
  }

  override addRequest(request: ClientRequest, options: RequestOptions): void {
    const { host, port } = targetOf(options);
    const proxy = this.#proxies.for('http:', host, port);
    const agent = proxy === undefined ? undefined : this.#toProxy[proxy.protocol];
    if (proxy === undefined || agent === undefined) return super.addRequest(request, options);
    if (request.headersSent) {
      // Its first line is written already, as Node does for `Expect`, and does not name the target for the proxy.
      request.destroy(new Error('a request whose head is already written cannot be sent through a proxy'));
      return;
    }
    // Without the default port: a proxy derives the `Host` header from this, and S3 signatures cover that header.
    request.path = `http://${authorityOf({ host, port }).replace(/:80$/, '')}${request.path}`;
    const authorization = proxyAuthorization(proxy);
    if (authorization !== undefined) request.setHeader('proxy-authorization', authorization);
    const there = { ...proxyTargetOf(proxy), hostname: undefined, servername: serverNameOf(proxy) };
    agent.addRequest(request, { ...options, ...there });
  }

  override destroy(): void {
    super.destroy();
    for (const agent of Object.values(this.#toProxy)) agent.destroy();
  }
}
