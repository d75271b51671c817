import { fileURLToPath } from 'node:url';
import { parser } from './parsers.ts';

/**
 * Matched only from the first of them: tried from each, a hundred thousand slashes within a URL would take half a
 * minute.
 */
export const SLASHES_AT_END = /(?<!\/)\/+$/;

/** An origin with an optional path, without slash at the end, so that paths can be appended. */
export const httpUrl = parser('must be an http or https URL without user, password, query and fragment', (text) => {
  const url = parse(text);
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  return isPlain(url) ? url.href.replace(SLASHES_AT_END, '') : undefined;
});

/** Address of an HTTP proxy, with user and password where the proxy requires them. */
export const proxyUrl = parser(
  'must be the address of an HTTP proxy: http://[user:password@]host:port, or https://…',
  (text) => {
    // As in curl: without a scheme it is http.
    const url = parse(text.includes('://') ? text : `http://${text}`);
    if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
    const isBare = url.pathname === '/' && url.search === '' && url.hash === '';
    return isBare && isDecodable(url.username) && isDecodable(url.password) ? url.href : undefined;
  },
);

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Checks only the form; `@kieq/redis` reads the URL. */
export const redisUrl = parser(
  'must be a Redis URL: redis://, rediss://, redis+sentinel:// or redis+cluster:// (with TLS rediss+…)',
  (text) => (/^rediss?(\+sentinel|\+cluster)?:\/\/[^\s/?#]\S*$/.test(text) ? text : undefined),
);

/** A store of files. */
export type StoreUrl =
  | { readonly kind: 'file'; readonly url: string; /** Absolute path of the folder. */ readonly path: string }
  | {
      readonly kind: 's3';
      readonly url: string;
      readonly bucket: string;
      /** Without slashes around it; may be empty. */ readonly prefix: string;
    };

export const storeUrl = parser(
  'must be file:///folder or s3://bucket/prefix, without user, password, query and fragment',
  readStoreUrl,
);

function readStoreUrl(text: string): StoreUrl | undefined {
  const url = parse(text);
  if (url === undefined || !isPlain(url)) return undefined;
  if (url.protocol === 'file:') return fileStore(text, url);
  if (url.protocol !== 's3:' || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.host)) return undefined;
  return {
    kind: 's3',
    url: text,
    bucket: url.host,
    prefix: url.pathname.replace(/^\/+/, '').replace(SLASHES_AT_END, ''),
  };
}

/** `file://folder` would name a host: three slashes are needed. */
function fileStore(text: string, url: URL): StoreUrl | undefined {
  if (url.host !== '' || !text.startsWith('file:///')) return undefined;
  try {
    return { kind: 'file', url: text, path: fileURLToPath(url) };
  } catch {
    return undefined;
  }
}

function isPlain(url: URL): boolean {
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
