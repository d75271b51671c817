import { canonicalAddress } from './addresses.ts';
import type { ArrivedRequest } from './forwarding.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** Most proxies in a row; real chains are shorter, and a header may be long. */
const MOST_HOPS = 32;
/** Used where the system reports no address, such as on a connection that is closed already. */
const UNKNOWN = 'unknown';

/**
 * The address of the client: that of the connection or, where that is a trusted proxy, the right-most one in
 * `X-Forwarded-For` (else in `Forwarded`) that is no trusted proxy. Entries further left may be forged. Where an entry
 * is no address, the last trusted one counts: that of the proxy which wrote the entry.
 * @param trusted of `TRUSTED_PROXIES`; undefined: no header counts
 */
export function clientAddress({ headers, socket }: ArrivedRequest, trusted: TrustedProxies | undefined): string {
  let address = canonicalAddress(socket.remoteAddress ?? '');
  if (address === undefined) return UNKNOWN;
  for (const hop of trusted?.has(address) === true ? hopsOf(headers) : []) {
    const next = canonicalAddress(hop);
    if (next === undefined) return address;
    address = next;
    if (trusted?.has(address) !== true) return address;
  }
  return address;
}

/** The addresses that proxies recorded, the nearest first. */
function hopsOf(headers: ArrivedRequest['headers']): string[] {
  const [chain, forwarded] = [textOf(headers['x-forwarded-for']), textOf(headers['forwarded'])];
  const written = chain === undefined ? (forwarded ?? '').split(',').map(forOf) : chain.split(',');
  return written
    .slice(-MOST_HOPS)
    .toReversed()
    .map((hop) => withoutPort(hop.trim()));
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(',');
}

/** The address in `for=192.0.2.60;proto=http` or `for="[2001:db8::1]:4711"`. */
function forOf(element: string): string {
  const pair = element.split(';').find((one) => /^\s*for\s*=/i.test(one));
  return (pair ?? '').replace(/^[^=]*=\s*/, '').replace(/^"(.*)"\s*$/, '$1');
}

function withoutPort(text: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text) ?? [];
  return bracketed ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, '$1');
}
