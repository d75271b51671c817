import { parser } from './parsers.ts';
import type { RawEnvironment } from './raw-environment.ts';
import { httpUrl, SLASHES_AT_END } from './url-forms.ts';

/** What the clients of Kie's documents have at the end of their base address; ours adds it itself. */
const API_PATH = /\/api\/v1$/;

/** An address as {@link httpUrl} reads it, without the `/api/v1` at its end. */
export const kieBaseUrl = parser(httpUrl.rule, (text) => {
  const url = httpUrl.schema.safeParse(text);
  return url.success ? withoutApiPath(url.data) : undefined;
});

/**
 * Whether two base addresses are of the same Kie. A pool may have one of them from a version that kept `/api/v1`.
 * @param one without slash at its end, as `KIE_BASE_URL` is read
 * @param other the same
 */
export function isSameKie(one: string, other: string): boolean {
  return withoutApiPath(one) === withoutApiPath(other);
}

/** That the address was given in another form than it is used in. */
export function baseUrlAdvice({ KIE_BASE_URL: given = '' }: RawEnvironment): { message: string; fix: string }[] {
  const [url, taken] = [httpUrl.schema.safeParse(given), kieBaseUrl.schema.safeParse(given)];
  if (!url.success || !taken.success || url.data === taken.data) return [];
  const message = `KIE_BASE_URL: /api/v1 at its end is taken off, since kieq adds it to every call; ${taken.data} is used`;
  return [{ message, fix: 'Take /api/v1 off KIE_BASE_URL.' }];
}

function withoutApiPath(url: string): string {
  return API_PATH.test(url) ? url.replace(API_PATH, '').replace(SLASHES_AT_END, '') : url;
}
