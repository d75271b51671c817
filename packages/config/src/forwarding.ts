import { isLoopback } from './cross-checks.ts';
import { meansLoopback, type OriginHeaders } from './origin.ts';

/** The parts of a request that show where it comes from. */
export interface ArrivedRequest {
  readonly headers: OriginHeaders & Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** Headers that proxies, load balancers, content networks and tunnels add to forwarded requests. */
const FORWARDING = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-host',
  'x-original-uri',
  'x-original-url',
  'x-proxyuser-ip',
  'x-azure-clientip',
  'x-appengine-user-ip',
  'true-client-ip',
  'client-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'cdn-loop',
  'proxy-connection',
]);
/** `X-Forwarded-For`, `X-Forwarded-Host`, `CF-Connecting-IP`, `CF-Ray` and future headers of these families. */
const FAMILIES = ['x-forwarded', 'cf-', 'x-envoy-', 'x-original-forwarded', 'tailscale-'];

/**
 * Whether a proxy forwarded the request. A client on this machine needs no such header, so one is enough, whatever its
 * value: the value may even name this machine.
 */
export function isForwarded(headers: ArrivedRequest['headers']): boolean {
  return Object.keys(headers).some(
    (name) => FORWARDING.has(name) || FAMILIES.some((family) => name.startsWith(family)),
  );
}

/**
 * Whether the client is on this machine, for a server without key and password: the connection comes from a loopback
 * address, no proxy forwarded the request, and it names this machine. A proxy on this machine that adds no header and
 * rewrites `Host` cannot be distinguished ({@link openAccessAdvice}).
 */
export function isFromHere({ headers, socket }: ArrivedRequest): boolean {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return isLoopback(peer) && !isForwarded(headers) && meansLoopback(headers);
}

const NEEDED = {
  gateway: { missing: 'GATEWAY_API_KEYS', set: 'GATEWAY_API_KEYS' },
  dashboard: { missing: 'DASHBOARD_PASSWORD', set: 'DASHBOARD_USER and DASHBOARD_PASSWORD' },
} as const;

/** Advice for a server without key or password; in its first log line and in `kieq doctor`. */
export function openAccessAdvice(server: keyof typeof NEEDED): string {
  const { missing, set } = NEEDED[server];
  return (
    `without ${missing} the ${server} serves every client on this machine as an operator; behind any proxy or tunnel ` +
    `set ${set}: one that adds no forwarding header and rewrites Host looks like this machine`
  );
}
