/** Replacement of a secret. */
export const MASK = '***';

/** Names whose values are secrets, everywhere. */
const SECRET_WORDS = 'authorization|password|passwd|secret|token|hmac|signature|cookie';
const SECRET_NAME = `(?:[\\w-]*(?:${SECRET_WORDS})|(?:[\\w-]*[-_])?key|[\\w-]*(?:api|hmac|access|private|secret|webhook|signing)[-_]?keys?)`;
const SECRET_NAME_ALONE = new RegExp(`^${SECRET_NAME}$|hmac`, 'i');

/** Every field of JSON with a text under the name of a secret has this mark; few others have it. */
const NAME_MARK = new RegExp(`(?:${SECRET_WORDS}|keys?)":"|hmac`, 'i');

/** Secrets that their surroundings identify: credentials of a URL or a header, tokens of callback addresses. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${MASK}`],
  [/(\w:\/\/[^\s:@/"]*):[^\s"]+@(?=[\w[])/g, `$1:${MASK}@`],
  [/(\/callbacks\/kie\/[^\s/"?#\\]+\/)[^\s/"?#\\]+/g, `$1${MASK}`],
];

/**
 * Every text that matches a shape contains its mark. A mark is found anywhere, without context, so a line without marks
 * has no string with a secret of these shapes.
 */
function hasMarkOfShape(text: string): boolean {
  return (
    /(?:bearer|basic)\s/i.test(text) || (text.includes('://') && text.includes('@')) || text.includes(CALLBACK_MARK)
  );
}

const CALLBACK_MARK = '/callbacks/kie/';

/** Shorter ones would mask half of every line; such a short secret protects nothing. */
const SHORTEST_SECRET = 4;

/** One word, or a number: it occurs in sentences that have nothing to do with the secret. Longer texts are no words. */
const WORD = /^(?:[a-z]{1,11}|[A-Z]{1,11}|[A-Z][a-z]{1,10}|\d{1,11})$/;

/** Whether a field, header or variable of this name holds a secret: `apiKey`, `KIE_API_KEY`, `authorization`, `token` … */
export function isSecretName(name: string): boolean {
  return SECRET_NAME_ALONE.test(name);
}

/**
 * Whether a field of this JSON, written without spaces, may hold a text under the name of a secret. Cheap, and errs on
 * the safe side.
 */
export function mayNameSecrets(json: string): boolean {
  return NAME_MARK.test(json);
}

/** Masks secrets in texts, and in the names of fields. */
export interface Scrubber {
  readonly text: (text: string) => string;
  /** As `text`; a secret that is an ordinary word stays, since names are words. */
  readonly name: (name: string) => string;
  /**
   * Whether `text` or `name` may change this text, or any part of it. Cheap, and errs on the safe side: most texts
   * contain nothing to mask, and a text for which this is false needs no closer check.
   */
  readonly mayChange: (text: string) => boolean;
}

/**
 * Makes a function that masks secrets in a text: the given values, also in their JSON and URL form, and all texts with
 * the shape of a credential (`Bearer …`, `redis://user:…@host`, the token of a callback address).
 *
 * A secret that is an ordinary word or number (`unknown`, `1000`) is masked in the position of a value: alone, in
 * quotation marks, after `=`, after a secret name and a colon. In the middle of a sentence it cannot be distinguished
 * from the word.
 * @param secrets values known to be secret; those shorter than 4 characters are ignored
 */
export function createScrubber(secrets: readonly string[] = []): (text: string) => string {
  return createScrubbers(secrets).text;
}

/** `createScrubber`, and the same for names of fields. */
export function createScrubbers(secrets: readonly string[] = []): Scrubber {
  const { name, text, mayChange } = createThoroughScrubbers(secrets);
  return {
    name: (given) => (mayChange(given) ? name(given) : given),
    text: (given) => (mayChange(given) ? text(given) : given),
    mayChange,
  };
}

/** As `createScrubbers`; `name` and `text` check every text fully. */
export function createThoroughScrubbers(secrets: readonly string[] = []): Scrubber {
  const long = [...new Set(secrets.filter((secret) => secret.length >= SHORTEST_SECRET))];
  const words = long.filter((secret) => WORD.test(secret));
  const encodings = long.filter((secret) => !WORD.test(secret)).flatMap(encodingsOf);
  // The longest first, so that no part of a secret remains that contains another one.
  const known = [...new Set(encodings)].toSorted((one, other) => other.length - one.length);
  const asValues = wordMasker(words);
  const hasWord = wordFinder(words);
  const name = (text: string): string => {
    const masked = known.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
    return SHAPES.reduce((rest, [shape, mask]) => rest.replace(shape, mask), masked);
  };
  return {
    name,
    text: (text) => asValues(name(text)),
    mayChange: (text) => hasMarkOfShape(text) || known.some((secret) => text.includes(secret)) || hasWord(text),
  };
}

/** Whether one of the words occurs in a text, in capitals or not: after a name and a colon both are masked. */
function wordFinder(words: readonly string[]): (text: string) => boolean {
  if (words.length === 0) return () => false;
  const any = new RegExp(words.join('|'), 'i');
  return (text) => any.test(text);
}

/** Masks words in the position of values. */
function wordMasker(words: readonly string[]): (text: string) => string {
  if (words.length === 0) return (text) => text;
  const any = `(?:${words.toSorted((one, other) => other.length - one.length).join('|')})`;
  const places: readonly (readonly [RegExp, string])[] = [
    [new RegExp(`^${any}$`), MASK],
    [new RegExp(String.raw`(\\?["'\x60])${any}(?=\1)`, 'g'), `$1${MASK}`],
    [new RegExp(`=${any}(?![\\w-])`, 'g'), `=${MASK}`],
    [new RegExp(String.raw`(\b${SECRET_NAME}\s*:\s*)${any}(?![\w-])`, 'gi'), `$1${MASK}`],
  ];
  return (text) => places.reduce((rest, [place, mask]) => rest.replace(place, mask), text);
}

/** Masks secrets in one text; see `createScrubber`. */
export function scrub(text: string, secrets: readonly string[] = []): string {
  return createScrubber(secrets)(text);
}

/**
 * JSON text with invisible characters as escapes of JSON: controls, format characters such as U+202E, which reverses
 * the text after it, and line separators. Its meaning is the same.
 */
export function visibleJson(json: string): string {
  return json.replaceAll(UNSEEN, (character) =>
    [...Array(character.length).keys()].map((i) => escapeOf(character.charCodeAt(i))).join(''),
  );
}

/** Without the line ends between the parts of JSON; within strings they are escapes already. */
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}\x7F-\x9F]/gu;

function escapeOf(unit: number): string {
  return String.raw`\u${unit.toString(16).padStart(4, '0')}`;
}

function encodingsOf(secret: string): string[] {
  const url = encodeURIComponent(secret);
  return [secret, JSON.stringify(secret).slice(1, -1), url, JSON.stringify(url).slice(1, -1)];
}
