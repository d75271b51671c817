import { BlockList, isIP } from 'node:net';

/** Whether a host is called without a proxy. */
export type DirectHosts = (host: string, port: number) => boolean;

/**
 * Reads `NO_PROXY` as curl and Go do: entries are separated by commas or blanks; `*` is every host; `example.com`,
 * `.example.com` and `*.example.com` are that name and all names below it; `10.0.0.0/8` and `10.1.2.3` are addresses,
 * for hosts that are given as addresses, since no name is resolved for this; `:8080` after an entry is one port of it.
 * Loopback is always direct: a proxy's own loopback is another machine's.
 */
export function directHosts(noProxy: string): DirectHosts {
  const entries = noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => entryOf(entry.toLowerCase()));
  return (host, port) => {
    const bare = host
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/\.$/, '')
      .toLowerCase();
    return isLoopbackHost(bare) || entries.some((matches) => matches(bare, port));
  };
}

function entryOf(entry: string): DirectHosts {
  if (entry === '*') return () => true;
  // A colon within an IPv6 address starts no port: a port needs brackets.
  const [, name = entry, port] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(entry) ?? [];
  const matches = nameOrAddress(name.replace(/^\[(.*)\]$/, '$1'));
  return port === undefined ? matches : (host, asked) => asked === Number(port) && matches(host, asked);
}

function nameOrAddress(name: string): DirectHosts {
  const [base = '', bits] = name.split('/');
  const family = isIP(base);
  if (family === 0) return namesBelow(name.replace(/^\*?\./, ''));
  const list = new BlockList();
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  const prefix = bits === undefined ? undefined : prefixOf(bits, family === 6 ? 128 : 32);
  if (bits !== undefined && prefix === undefined) return () => false;
  if (prefix === undefined) list.addAddress(base, kind);
  else list.addSubnet(base, prefix, kind);
  return (host) => isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

function prefixOf(bits: string, most: number): number | undefined {
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? Number(bits) : undefined;
}

function namesBelow(name: string): DirectHosts {
  return (host) => host === name || host.endsWith(`.${name}`);
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
