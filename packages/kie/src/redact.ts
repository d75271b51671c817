/** Removes secrets from a text of the vendor before it is kept anywhere (docs/guarantees.md#g7-secrets-stay-secret). */
export type Redactor = (text: string) => string;

const MARK = '[redacted]';
/** A shorter text occurs in many words and is no real key. */
const SHORTEST_KEY = 4;
/**
 * A slash as it is, JSON-escaped by some servers, or URL-encoded; either more than once. Matched only from the first of
 * its backslashes: tried from each, a megabyte of them would take half an hour.
 */
const SLASH = String.raw`(?:(?<!\\)\\*\/|%(?:25)*2F)`;
const CALLBACK = new RegExp(
  String.raw`(${SLASH}callbacks${SLASH}kie${SLASH}[^\s"'<>]{1,300}?${SLASH})[^\s"'<>\\/?#&]+`,
  'gi',
);
const BEARER = /\b(Bearer\s+)[^\s"'<>,;\\]+/gi;
/** Whatever one of the patterns fits has one of these; most texts have none. */
const MARKS = /bearer|callbacks|@/i;
const URL_CREDENTIALS = /(\/\/)[^\s"'/<>]+@/g;

/** Replaces bearer tokens, the attempt tokens of our callback addresses, and user names and passwords in URLs. */
export function redactPatterns(text: string): string {
  if (!MARKS.test(text)) return text;
  return text.replace(BEARER, `$1${MARK}`).replace(CALLBACK, `$1${MARK}`).replace(URL_CREDENTIALS, `$1${MARK}@`);
}

/**
 * Makes a redactor that also removes the account's key wherever it is echoed, as it is, in JSON or in a URL.
 * @param apiKey the secret itself; it is kept in the closure only.
 */
export function createRedactor(apiKey: string): Redactor {
  const encodings =
    apiKey.length < SHORTEST_KEY
      ? []
      : [...new Set([apiKey, JSON.stringify(apiKey).slice(1, -1), encodeURIComponent(apiKey)])];
  return (text) => redactPatterns(encodings.reduce((rest, encoding) => rest.replaceAll(encoding, MARK), text));
}

/** The first `limit` characters, with an ellipsis as the last of them where something was cut off. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
