/** Headers that the connection sets, and headers that would reveal an identity. */
const FORBIDDEN = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'host',
  'proxy-authorization',
  'transfer-encoding',
]);

/** Headers of a request, names in lower case: the caller's over our defaults, without those that are never sent. */
export function requestHeaders(given: Readonly<Record<string, string>>, userAgent: string): Record<string, string> {
  const own = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    'user-agent': userAgent,
    'content-type': 'application/json',
    accept: '*/*',
    'accept-encoding': 'identity',
    ...Object.fromEntries(own.filter(([name]) => !FORBIDDEN.has(name))),
  };
}

/** Headers of a GET: no identity, and no coding that the response would have to be decoded from. */
export function getHeaders(userAgent: string): Record<string, string> {
  return { 'user-agent': userAgent, accept: '*/*', 'accept-encoding': 'identity' };
}
