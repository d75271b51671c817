import { isLoopback } from './cross-checks.ts';

/** The headers of a request that name its origin and its target. */
export interface OriginHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

const HOST_PATTERN = /^(\[[0-9a-f:.]+\]|[^:/@[\]\s]+)(?::\d{1,5})?$/i;

/**
 * Whether the request names this machine by a loopback name; a request that arrives by DNS rebinding has another name.
 */
export function meansLoopback({ host }: OriginHeaders): boolean {
  const name = HOST_PATTERN.exec(host ?? '')?.[1];
  return name !== undefined && isLoopback(name);
}

/**
 * Whether a request comes from the server's own pages, or from no web page at all (curl, a script): browsers send the
 * origin of every request that changes something.
 * @param publicUrl public address of the server, also if the proxy in front rewrites `Host`
 */
export function isSameOrigin(headers: OriginHeaders, publicUrl?: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  if (headers.origin === undefined) return true;
  if (publicUrl !== undefined && headers.origin === new URL(publicUrl).origin) return true;
  return hostOf(headers.origin) === headers.host?.toLowerCase();
}

/** The scheme is left out: a proxy in front may end TLS. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
