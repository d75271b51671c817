import type { IncomingHttpHeaders } from 'node:http';

/**
 * Where a 307 or 308 points. The other redirects would turn the POST into a GET or leave it open, so they are answers.
 * @returns undefined for any other status, and for a target that is missing or unreadable: then the status is the answer.
 */
export function redirectTarget(status: number, headers: IncomingHttpHeaders, from: URL): URL | undefined {
  const { location } = headers;
  if ((status !== 307 && status !== 308) || location === undefined) return undefined;
  return URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

/** What was promised to travel encrypted does not travel in the clear because somebody on the way says so. */
export function isDowngrade(from: URL, to: URL): boolean {
  return from.protocol === 'https:' && to.protocol !== 'https:';
}
