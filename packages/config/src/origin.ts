import { isLoopback } from './cross-checks.ts';

/** The headers by which a request tells where it comes from and whom it means. */
export interface OriginHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

const HOST_PATTERN = /^(\[[0-9a-f:.]+\]|[^:/@[\]\s]+)(?::\d{1,5})?$/i;

/** Whether the request names this machine by a loopback name; one that was lured here by DNS rebinding names another. */
export function meansLoopback({ host }: OriginHeaders): boolean {
  const name = HOST_PATTERN.exec(host ?? '')?.[1];
  return name !== undefined && isLoopback(name);
}

/**
 * Whether a request comes from the server's own pages, or from no web page at all (curl, a script): browsers tell
 * the origin of every request that changes something.
 * @param publicUrl where people find the server, also if the proxy in front writes `Host` anew
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
