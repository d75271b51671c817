import { isIP } from 'node:net';

import { isPublicAddress } from './public-address.ts';

const PRIVATE = 'must not be a private address';
/**
 * Names that mean this machine or this network by standard or convention: RFC 6761, 6762, 8375, ICANN's `.internal`.
 */
const PRIVATE_NAME = /(^|\.)(localhost|localdomain|local|internal|home\.arpa)$/;

/**
 * The rule that a caller's address breaks, as far as its text shows; names are checked after resolution, when the
 * address is used.
 *
 * It must be an absolute http or https URL without user and password. Where private addresses are not allowed, an IP
 * address, in any notation that URL understands (`127.1`, `0x7f000001`, `[::ffff:7f00:1]`), must be global unicast; and
 * a name must have a dot and must not be or end in `localhost`, `localdomain`, `local`, `internal` or `home.arpa`.
 * @param allowPrivate `KIEQ_ALLOW_PRIVATE_URLS`
 * @returns a rule that it breaks, such as `must not be a private address`; undefined where it breaks none
 */
export function addressProblem(url: string, allowPrivate: boolean): string | undefined {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return 'must be an absolute http or https URL';
  const parsed = new URL(url);
  if (parsed.username !== '' || parsed.password !== '') return 'must not contain a user or password';
  if (allowPrivate) return undefined;
  return isPublicHost(hostOf(parsed)) ? undefined : PRIVATE;
}

/** Host of a URL as a resolver or a socket takes it: an IPv6 address without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function isPublicHost(host: string): boolean {
  if (isIP(host) !== 0) return isPublicAddress(host);
  // A final dot is the root of the name and no separator.
  const name = host.replace(/\.$/, '');
  return name.includes('.') && !PRIVATE_NAME.test(name);
}
