/** The generation and the secret attempt token that a callback address carries. */
export interface CallbackAddress {
  readonly generationId: string;
  readonly attemptToken: string;
}

/**
 * The address at which Kie reports the end of a task (docs/architecture/callbacks.md#callbacks-of-kie).
 * The result contains a secret: log it only redacted.
 * @param publicUrl `PUBLIC_URL`: http or https, may have a path, but no credentials, query or fragment.
 * @param attemptToken the secret that the worker minted for this attempt.
 * @throws TypeError when `publicUrl` breaks these rules or a part is empty.
 */
export function callbackUrl(publicUrl: string, generationId: string, attemptToken: string): string {
  if (generationId === '' || attemptToken === '')
    throw new TypeError('callbackUrl: generation and token must not be empty');
  const base = new URL(publicUrl);
  if (!/^https?:$/.test(base.protocol)) throw new TypeError('PUBLIC_URL must be an http or https URL');
  if (base.username !== '' || base.password !== '' || base.search !== '' || base.hash !== '') {
    throw new TypeError('PUBLIC_URL must have no credentials, query or fragment');
  }
  const path = base.pathname.replace(/\/+$/, '');
  return `${base.origin}${path}/callbacks/kie/${encodeURIComponent(generationId)}/${encodeURIComponent(attemptToken)}`;
}

/**
 * Reads a callback address, with whatever path `PUBLIC_URL` put in front.
 * @param url absolute URL or path; untrusted.
 * @returns undefined where it is no callback address.
 */
export function parseCallbackUrl(url: string): CallbackAddress | undefined {
  if (!URL.canParse(url, 'http://localhost')) return undefined;
  const match = /\/callbacks\/kie\/([^/]+)\/([^/]+)$/.exec(new URL(url, 'http://localhost').pathname);
  const generationId = decode(match?.[1]);
  const attemptToken = decode(match?.[2]);
  return generationId === undefined || attemptToken === undefined ? undefined : { generationId, attemptToken };
}

function decode(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
