import { isLoopback } from './cross-checks.ts';
import { meansLoopback, type OriginHeaders } from './origin.ts';

/** A request as far as it tells where it comes from. */
export interface ArrivedRequest {
  readonly headers: OriginHeaders & Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** What proxies, load balancers, content networks and tunnels add to the requests that they pass on. */
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
/** `X-Forwarded-For`, `X-Forwarded-Host`, `CF-Connecting-IP`, `CF-Ray` and whatever their families grow. */
const FAMILIES = ['x-forwarded', 'cf-', 'x-envoy-', 'x-original-forwarded', 'tailscale-'];

/**
 * Whether somebody passed the request on. Nobody who is on this machine needs such a header, so one is enough, whatever
 * it says: it may well say that the request comes from here.
 */
export function isForwarded(headers: ArrivedRequest['headers']): boolean {
  return Object.keys(headers).some(
    (name) => FORWARDING.has(name) || FAMILIES.some((family) => name.startsWith(family)),
  );
}

/**
 * Whether whoever asks is on this machine, for a server that asks for no key and no password: the connection comes
 * from a loopback address, nobody passed the request on, and it names this machine. A proxy on this machine that adds
 * no header and writes `Host` anew cannot be told apart ({@link openAccessAdvice}).
 */
export function isFromHere({ headers, socket }: ArrivedRequest): boolean {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return isLoopback(peer) && !isForwarded(headers) && meansLoopback(headers);
}

const NEEDED = {
  gateway: { missing: 'GATEWAY_API_KEYS', set: 'GATEWAY_API_KEYS' },
  dashboard: { missing: 'DASHBOARD_PASSWORD', set: 'DASHBOARD_USER and DASHBOARD_PASSWORD' },
} as const;

/** What a person has to know of a server that asks for no key or password; in its first log line and in `kieq doctor`. */
export function openAccessAdvice(server: keyof typeof NEEDED): string {
  const { missing, set } = NEEDED[server];
  return (
    `without ${missing} the ${server} serves whoever is on this machine as an operator; behind any proxy or tunnel ` +
    `set ${set}: one that adds no forwarding header and writes Host anew looks like this machine`
  );
}
