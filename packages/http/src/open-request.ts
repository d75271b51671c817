import { request as requestHttp } from 'node:http';
import type { ClientRequest } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { SecureContext } from 'node:tls';

import type { Agents } from '@kieq/proxy';

/** One HTTP request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Its length is announced. */
  readonly body?: Uint8Array | undefined;
  /** They connect it. */
  readonly agents: Agents;
  readonly trust?: Trust | undefined;
}

/** Which certificates count instead of the public ones. Also for http: its proxy may be one of https. */
export interface Trust {
  /** In PEM. */
  readonly ca?: string;
  /** The same certificates, read once: Node would read all of them again for each connection. */
  readonly secureContext?: SecureContext;
}

/**
 * Starts to connect a request. Nothing of it is written before its `end`, so its caller decides when it leaves and
 * whether it leaves at all. Node repeats nothing and follows no redirect.
 * @throws where the request cannot be built, such as a header with a line break
 */
export function openRequest({ method, url, headers, body, agents, trust }: HttpRequest): ClientRequest {
  const length = body === undefined ? {} : { 'content-length': String(body.byteLength) };
  const options = { method, headers: { ...headers, ...length }, ...trust };
  // `tls.connect` takes a secure context; Node's types of `request` do not say so.
  if (url.protocol === 'https:') return requestHttps(url, { ...options, agent: agents.https });
  return requestHttp(url, { ...options, agent: agents.http });
}
