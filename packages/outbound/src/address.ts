/**
 * What is wrong with an address that a caller gave, as far as its text tells; names are checked after resolution,
 * when it is used.
 * @param allowPrivate `KIEQ_ALLOW_PRIVATE_URLS`
 * @returns a rule that it breaks, such as `must not be a private address`; undefined where it breaks none
 */
export function addressProblem(_url: string, _allowPrivate: boolean): string | undefined {
  throw new Error('not written yet');
}
