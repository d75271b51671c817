/** The headers of every answer that browsers may see, also of refusals. There is no CORS: pages of others have no business here. */
export const SECURITY_HEADERS = {
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * `content-security-policy` of a page that runs its own files alone and asks no other server; it styles elements inline.
 * @param needs where sound and videos may come from, default nowhere; which addresses `<base>` may name, default none
 */
export function pagePolicy(needs: { readonly media?: string; readonly base?: string } = {}): string {
  const { media, base = "'none'" } = needs;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    ...(media === undefined ? [] : [`media-src ${media}`]),
    "font-src 'self' data:",
    "connect-src 'self'",
    `base-uri ${base}`,
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
