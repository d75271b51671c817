import ipaddr from 'ipaddr.js';

/** 2000::/3, the only block of which global unicast addresses have been handed out (RFC 4291, IANA registry). */
const GLOBAL_UNICAST_V6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
/** 64:ff9b::/96: the well-known NAT64 prefix. DNS64 answers with it for every IPv4 receiver of an IPv6-only network. */
const NAT64: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96];
/** Global unicast by number, but a platform's own service: Azure's WireServer, reachable from every machine there. */
const PLATFORM_SERVICES = new Set(['168.63.129.16']);

/**
 * Whether an IP address is global unicast. Everything else counts as private: loopback, link-local (the clouds'
 * metadata), RFC 1918, shared, unique local, documentation, benchmarking, multicast, reserved.
 *
 * IPv4-mapped and NAT64 addresses reach the IPv4 address in them, which is judged instead. Other ways to wrap an IPv4
 * address (6to4, Teredo, IPv4-compatible, IPv4-translated, local NAT64 prefixes) never count as public: no receiver
 * needs them, and they may lead to a private network. An operator's own NAT64 prefix within 2000::/3 cannot be
 * recognised.
 * @param text an address as URL or a resolver write it, without brackets; every other text is not public.
 */
export function isPublicAddress(text: string): boolean {
  if (text.includes('%') || !ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv4 ? isPublicV4(address) : isPublicV6(address);
}

function isPublicV4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast' && !PLATFORM_SERVICES.has(address.toString());
}

function isPublicV6(address: ipaddr.IPv6): boolean {
  if (address.isIPv4MappedAddress() || address.match(NAT64))
    return isPublicV4(new ipaddr.IPv4(address.toByteArray().slice(12)));
  return address.range() === 'unicast' && address.match(GLOBAL_UNICAST_V6);
}
