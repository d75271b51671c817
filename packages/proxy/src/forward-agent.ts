import { Agent, type AgentOptions, type ClientRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { authorityOf, targetOf, proxyTargetOf, serverNameOf } from './target.ts';
import type { Proxies } from './proxies.ts';
import { proxyAuthorization } from './tunnel.ts';

declare module 'node:http' {
  interface Agent {
    /** Gives a request a connection. Node calls it before it writes a request's head. */
    addRequest(request: ClientRequest, options: RequestOptions): void;
  }
}

/**
 * Connections to plain http hosts. Where a host has a proxy, the request goes to that one with the whole address in its
 * first line (RFC 9112, section 3.2.2), and whatever comes back may be the proxy's own word.
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
      // Its first line is written already, as Node does for `Expect`; the proxy could not tell where it leads.
      request.destroy(new Error('a request that was begun cannot be sent through a proxy'));
      return;
    }
    // Without the usual port: a proxy makes the host's `Host` of it, which S3 has in its signatures.
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
