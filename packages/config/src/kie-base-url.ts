import { parser } from './parsers.ts';
import type { RawEnvironment } from './raw-environment.ts';
import { httpUrl, SLASHES_AT_END } from './url-forms.ts';

/** End of the base address in Kie's documents; kieq adds it to every call itself. */
const API_PATH = /\/api\/v1$/;

/** An address as {@link httpUrl} reads it, without `/api/v1` at its end. */
export const kieBaseUrl = parser(httpUrl.rule, (text) => {
  const url = httpUrl.schema.safeParse(text);
  return url.success ? withoutApiPath(url.data) : undefined;
});

/**
 * Whether two base addresses are of the same Kie. A pool may have stored one of them by a version that kept `/api/v1`.
 * @param one without slash at its end, as `KIE_BASE_URL` is read
 * @param other the same
 */
export function isSameKie(one: string, other: string): boolean {
  return withoutApiPath(one) === withoutApiPath(other);
}

/** Reports that the address is used in another form than the given one. */
export function baseUrlAdvice({ KIE_BASE_URL: given = '' }: RawEnvironment): { message: string; fix: string }[] {
  const [url, taken] = [httpUrl.schema.safeParse(given), kieBaseUrl.schema.safeParse(given)];
  if (!url.success || !taken.success || url.data === taken.data) return [];
  const message = `KIE_BASE_URL ends in /api/v1, which kieq removes, since it adds it to every call; kieq uses ${taken.data}`;
  return [{ message, fix: 'Remove /api/v1 from KIE_BASE_URL.' }];
}

function withoutApiPath(url: string): string {
  return API_PATH.test(url) ? url.replace(API_PATH, '').replace(SLASHES_AT_END, '') : url;
}
