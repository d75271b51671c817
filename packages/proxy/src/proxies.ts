import { directHosts, type DirectHosts } from './direct-hosts.ts';

/** Proxies from the environment: `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`. */
export interface ProxySettings {
  /** `http://[user:password@]host[:port]` or `https://…`, for calls to `http:` addresses. */
  readonly httpProxy?: string | undefined;
  /** The same, for calls to `https:` addresses. */
  readonly httpsProxy?: string | undefined;
  /** Hosts that are called without a proxy: see {@link directHosts}. */
  readonly noProxy?: string | undefined;
}

/** Chooses the proxy of a call. */
export interface Proxies {
  /**
   * @param protocol of the address that is called, such as `https:`
   * @param host its name or IP address; IPv6 with or without brackets
   * @returns undefined where it is called directly
   */
  readonly for: (protocol: string, host: string, port: number) => URL | undefined;
}

/** No proxy at all. */
export const NO_PROXIES: Proxies = { for: () => undefined };

/** Every call goes through this proxy, whatever its address. */
export function onlyProxy(url: string): Proxies {
  const proxy = new URL(url);
  return { for: () => proxy };
}

/**
 * The proxies of an environment. This machine (`localhost`, 127.0.0.0/8, `::1`) is always called directly.
 * @throws TypeError where an address of a proxy is no URL; the catalogue of the environment checks that earlier
 */
export function proxiesOf({ httpProxy, httpsProxy, noProxy = '' }: ProxySettings): Proxies {
  const byProtocol: Readonly<Record<string, URL | undefined>> = {
    'http:': httpProxy === undefined ? undefined : new URL(httpProxy),
    'https:': httpsProxy === undefined ? undefined : new URL(httpsProxy),
  };
  if (httpProxy === undefined && httpsProxy === undefined) return NO_PROXIES;
  const direct: DirectHosts = directHosts(noProxy);
  return { for: (protocol, host, port) => (direct(host, port) ? undefined : byProtocol[protocol]) };
}

/** The proxy of an address, for display: without user and password; undefined where the address is called directly. */
export function shownProxy(proxies: Proxies, url: URL): string | undefined {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const proxy = proxies.for(url.protocol, url.hostname, port);
  return proxy === undefined ? undefined : `${proxy.protocol}//${proxy.host}`;
}
