import type { ClientRequestArgs } from 'node:http';

/** Where a connection leads. */
export interface Place {
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** As Node passes it to an agent. */
export function placeOf({ host, port, defaultPort }: ClientRequestArgs): Place {
  return { host: (host ?? 'localhost').replace(/^\[(.*)\]$/, '$1'), port: Number(port ?? defaultPort) };
}

/** Of a proxy, with the default port of its protocol. */
export function placeOfProxy({ hostname, port, protocol }: URL): Place {
  return placeOf({ host: hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : port });
}

/** `host:port` as requests name it. */
export function authorityOf({ host, port }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
