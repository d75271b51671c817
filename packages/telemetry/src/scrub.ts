/** What stands in place of a secret. */
export const MASK = '***';

/** Names whose values are secrets, wherever they stand. */
const SECRET_NAME =
  '(?:[\\w-]*(?:authorization|password|passwd|secret|token|hmac|signature|cookie)|(?:[\\w-]*[-_])?key|[\\w-]*(?:api|hmac|access|private|secret|webhook|signing)[-_]?keys?)';
const SECRET_NAME_ALONE = new RegExp(`^${SECRET_NAME}$|hmac`, 'i');

/** Secrets that show themselves by their surroundings: credentials of a URL or a header, tokens of callback addresses. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${MASK}`],
  [/(\w:\/\/[^\s:@/"]*):[^\s"]+@(?=[\w[])/g, `$1:${MASK}@`],
  [/(\/callbacks\/kie\/[^\s/"?#\\]+\/)[^\s/"?#\\]+/g, `$1${MASK}`],
];

/** Shorter ones would mask half of every line; a secret that short protects nothing. */
const SHORTEST_SECRET = 4;

/** Whether a field, header or variable of this name holds a secret: `apiKey`, `KIE_API_KEY`, `authorization`, `token` … */
export function isSecretName(name: string): boolean {
  return SECRET_NAME_ALONE.test(name);
}

/**
 * Makes a function that masks secrets in a text: the given values, also in their JSON and URL form, and whatever
 * has the shape of a credential (`Bearer …`, `redis://user:…@host`, the token of a callback address).
 * @param secrets values known to be secret; those shorter than 4 characters are ignored
 */
export function createScrubber(secrets: readonly string[] = []): (text: string) => string {
  const forms = [...new Set(secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(formsOf))];
  // The longest first, so that one secret inside another leaves no rest.
  const known = forms.toSorted((one, other) => other.length - one.length);
  return (text) => {
    const masked = known.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
    return SHAPES.reduce((rest, [shape, mask]) => rest.replace(shape, mask), masked);
  };
}

/** Masks secrets in one text; see `createScrubber`. */
export function scrub(text: string, secrets: readonly string[] = []): string {
  return createScrubber(secrets)(text);
}

function formsOf(secret: string): string[] {
  const url = encodeURIComponent(secret);
  return [secret, JSON.stringify(secret).slice(1, -1), url, JSON.stringify(url).slice(1, -1)];
}
