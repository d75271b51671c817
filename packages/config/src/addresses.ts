import { isIP } from 'node:net';

/**
 * One text for each IP address: IPv6 shortened and in small letters, without zone, and as IPv4 where it wraps one
 * (`::ffff:10.0.0.1`). Undefined for texts that are no address.
 */
export function canonicalAddress(text: string): string | undefined {
  const bare = text.replace(/%.*$/, '');
  if (isIP(bare) === 4) return bare;
  if (isIP(bare) !== 6) return undefined;
  const address = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? [];
  return high === undefined || low === undefined ? address : [...bytesOf(high), ...bytesOf(low)].join('.');
}

function bytesOf(group: string): [number, number] {
  const value = Number.parseInt(group, 16);
  return [Math.floor(value / 256), value % 256];
}

/**
 * The subject under which an address is counted: itself, or for IPv6 its network of 64 bits, since one household has
 * 2^64 addresses.
 * @param address as `canonicalAddress` writes it
 */
export function countedAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const missing = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return `${[...left, ...missing, ...right].slice(0, 4).join(':')}::/64`;
}
