import { BlockList, isIP } from 'node:net';
import { canonicalAddress } from './addresses.ts';
import { parser } from './parsers.ts';

/** The proxies whose headers on the address of a client count. */
export interface TrustedProxies {
  /** @param address as `canonicalAddress` writes it */
  has(address: string): boolean;
}

const BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** A network of all addresses is refused: every client could then name any address. */
export const trustedProxies = parser(
  'must be IP addresses and networks such as 10.0.0.0/8, separated by commas, without networks of all addresses (/0)',
  (text): TrustedProxies | undefined => {
    const list = new BlockList();
    for (const entry of text.split(',')) {
      const network = readNetwork(entry.trim());
      if (network === undefined) return undefined;
      list.addSubnet(network.address, network.bits, `ipv${network.family}`);
    }
    return { has: (address) => isIP(address) !== 0 && list.check(address, `ipv${isIP(address) === 4 ? 4 : 6}`) };
  },
);

function readNetwork(text: string) {
  const [, given = '', digits] = /^([^/%]+?)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = canonicalAddress(given);
  if (address === undefined) return undefined;
  const family = isIP(address) === 4 ? 4 : 6;
  const most = BITS[family] ?? 0;
  // The length of a network that is written as ::ffff:10.0.0.0/104 is one of IPv6.
  const shift = family === 4 && isIP(given) === 6 ? 96 : 0;
  const bits = digits === undefined ? most : Number(digits) - shift;
  return bits < 1 || bits > most ? undefined : ({ address, bits, family } as const);
}
