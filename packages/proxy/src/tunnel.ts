import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { proxyTargetOf, serverNameOf } from './target.ts';

/** No tunnel, so nothing has been sent to the host behind the proxy. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** `PROXY_407` where the proxy responded with that status, `PROXY_TIMEOUT`, or Node's code of a failed connection. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The `Proxy-Authorization` of the user and password in a proxy's address; undefined where there is none. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/**
 * Requests a tunnel from a proxy (CONNECT, RFC 9110 section 9.3.6). Until it resolves no byte has gone to the host.
 * @param authority of the host, such as `api.kie.ai:443`
 * @param limitMs time in which the proxy must respond
 * @throws ProxyError
 */
export function openTunnel(proxy: URL, authority: string, limitMs: number): Promise<Duplex> {
  const authorization = proxyAuthorization(proxy);
  const asking = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
    method: 'CONNECT',
    ...proxyTargetOf(proxy),
    servername: serverNameOf(proxy),
    path: authority,
    agent: false,
    headers: { host: authority, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) },
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => asking.destroy(new ProxyError('PROXY_TIMEOUT', `the proxy opened no tunnel within ${limitMs} ms`)),
      limitMs,
    );
    const settled = (): void => clearTimeout(timer);
    asking.once('connect', ({ statusCode = 0 }, socket, head) => {
      settled();
      if (statusCode >= 200 && statusCode < 300 && head.length === 0) return resolve(socket);
      socket.destroy();
      reject(
        new ProxyError(`PROXY_${statusCode}`, `the proxy opened no tunnel: it responded with status ${statusCode}`),
      );
    });
    asking.once('error', (error) => {
      settled();
      reject(error instanceof ProxyError ? error : failedConnection(error));
    });
    asking.end();
  });
}

function failedConnection(error: Error): ProxyError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'PROXY_FAILED';
  return new ProxyError(code, `no connection to the proxy: ${error.message}`);
}
