import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { authorityOf, targetOf } from './target.ts';
import type { Proxies } from './proxies.ts';
import { openTunnel, ProxyError } from './tunnel.ts';

type Created = (error: Error | null, stream: Duplex) => void;

/**
 * Connections to https hosts, through a tunnel of their proxy where they have one. Pooling and TLS sessions are Node's,
 * by host, as without a proxy. A refused tunnel is an error of the connection, never a response of the host.
 */
export class TunnelAgent extends Agent {
  readonly #proxies: Proxies;
  readonly #limitMs: number;

  /** @param limitMs a proxy must answer within this time */
  constructor(proxies: Proxies, limitMs: number, options: AgentOptions) {
    super(options);
    this.#proxies = proxies;
    this.#limitMs = limitMs;
  }

  override createConnection(options: RequestOptions, created: Created = () => {}): Duplex | null | undefined {
    const { host, port } = targetOf(options);
    const proxy = this.#proxies.for('https:', host, port);
    if (proxy === undefined) return super.createConnection(options, created);
    void this.#tunnel(proxy, options, created);
    return undefined;
  }

  async #tunnel(proxy: URL, options: RequestOptions, created: Created): Promise<void> {
    try {
      const socket = await openTunnel(proxy, authorityOf(targetOf(options)), this.#limitMs);
      // Node's `https` passes unknown options on to `tls.connect`, which accepts an open connection.
      const within: RequestOptions & { readonly socket: Duplex } = { ...options, socket };
      const secured = super.createConnection(within);
      if (!secured) throw new ProxyError('PROXY_FAILED', 'no connection was made within the tunnel');
      created(null, secured);
    } catch (error) {
      created(error instanceof Error ? error : new Error(String(error)), new Socket());
    }
  }
}
