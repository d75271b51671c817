import { got } from 'got';
import type { Got } from 'got';

/**
 * The HTTP client for one POST: it retries nothing, follows no redirect, decodes nothing and never throws.
 * @param certificateAuthority in PEM; trusted instead of the public ones.
 */
export function createClient(certificateAuthority: string | undefined): Got {
  return got.extend({
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    http2: false,
    decompress: false,
    ...(certificateAuthority === undefined ? {} : { https: { certificateAuthority } }),
  });
}
