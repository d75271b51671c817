import type { IncomingHttpHeaders } from 'node:http';

/**
 * Where a 307 or 308 points. The other redirects would turn the POST into a GET or leave it open, so they are answers.
 * @returns undefined for any other status, and for a target that is missing or unreadable: then the status is the answer.
 */
export function redirectTarget(status: number, headers: IncomingHttpHeaders, from: URL): URL | undefined {
  return status === 307 || status === 308 ? locationOf(headers, from) : undefined;
}

const GET_REDIRECTS = new Set<number | undefined>([301, 302, 303, 307, 308]);

/** Where a redirect of a GET points; undefined as for `redirectTarget`. */
export function getRedirectTarget(
  status: number | undefined,
  headers: IncomingHttpHeaders,
  from: URL,
): URL | undefined {
  return GET_REDIRECTS.has(status) ? locationOf(headers, from) : undefined;
}

function locationOf({ location }: IncomingHttpHeaders, from: URL): URL | undefined {
  return location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

/** What was promised to travel encrypted does not travel in the clear because somebody on the way says so. */
export function isDowngrade(from: URL, to: URL): boolean {
  return from.protocol === 'https:' && to.protocol !== 'https:';
}
