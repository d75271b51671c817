import type { ClientRequestArgs } from 'node:http';
import { isIP } from 'node:net';

/** The target of a connection. */
export interface Target {
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** As Node passes it to an agent. */
export function targetOf({ host, port, defaultPort }: ClientRequestArgs): Target {
  return { host: (host ?? 'localhost').replace(/^\[(.*)\]$/, '$1'), port: Number(port ?? defaultPort) };
}

/** The target of a proxy, with the default port of its protocol. */
export function proxyTargetOf({ hostname, port, protocol }: URL): Target {
  return targetOf({ host: hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : port });
}

/** The name for TLS to a proxy: Node would take that of the request's `Host` header, which is the target's. */
export function serverNameOf(proxy: URL): string {
  const { host } = proxyTargetOf(proxy);
  return isIP(host) === 0 ? host : '';
}

/** `host:port` as requests name it. */
export function authorityOf({ host, port }: Target): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
