import type { IncomingHttpHeaders } from 'node:http';

/**
 * Where a 307 or 308 points. The other redirects would turn the POST into a GET or leave the method open, so they count
 * as the response.
 * @returns undefined for any other status, and for a target that is missing or unreadable: then the status is the
 *   outcome.
 */
export function redirectTarget(status: number, headers: IncomingHttpHeaders, from: URL): URL | undefined {
  return status === 307 || status === 308 ? locationOf(headers, from) : undefined;
}

const GET_REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Where a redirect of a GET points; undefined as for `redirectTarget`. */
export function getRedirectTarget(status: number, headers: IncomingHttpHeaders, from: URL): URL | undefined {
  return GET_REDIRECTS.has(status) ? locationOf(headers, from) : undefined;
}

function locationOf({ location }: IncomingHttpHeaders, from: URL): URL | undefined {
  return location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

/** An https address must not lead to http: a redirect would send in the clear what was meant to be encrypted. */
export function isDowngrade(from: URL, to: URL): boolean {
  return from.protocol === 'https:' && to.protocol !== 'https:';
}
