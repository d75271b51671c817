import { parser } from './parsers.ts';
import { httpUrl } from './url-forms.ts';

/**
 * First parts of the dashboard's own paths. A prefix that begins with one would be ambiguous: proxies forward requests
 * with the prefix or without it.
 */
const OWN = ['api', 'files', 'generations', 'healthz', 'login', 'queues'];
const PATH = /^(\/[A-Za-z0-9._~-]+)*$/;

/** Public address of the dashboard: an origin and a path, without slash at the end. */
export const dashboardUrl = parser(
  `must be an http or https URL without user, password, query and fragment, its path of A-Z a-z 0-9 . _ ~ -, not beginning with /${OWN.join(', /')}`,
  (text) => {
    const url = httpUrl.schema.safeParse(text);
    return url.success && isPrefix(publicPath(url.data)) ? url.data : undefined;
  },
);

function isPrefix(path: string): boolean {
  return PATH.test(path) && !OWN.includes(path.split('/')[1] ?? '');
}

/**
 * The path of a public address, as a prefix of paths: `/kieq`, or nothing.
 * @param url as {@link dashboardUrl} reads it; undefined: at the root
 */
export function publicPath(url: string | undefined): string {
  return url === undefined ? '' : new URL(url).pathname.replace(/\/$/, '');
}
