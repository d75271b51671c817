import {
  array,
  assert,
  constantFrom,
  dictionary,
  jsonValue,
  oneof,
  property,
  string,
  subarray,
  tuple,
} from 'fast-check';
import { expect, test } from 'vitest';
import { createLineScrubber, maskStrings } from '../../src/scrub-line.ts';
import { createScrubbers, createThoroughScrubbers, visibleJson } from '../../src/scrub.ts';

/** One of every distinguished form: plain, in need of escapes, an ordinary word, a number, one within another. */
const SECRETS = [
  'sk-12345',
  'sk-123456789',
  'a "quoted" \\ one',
  'pass/word@redis',
  'tab\tbed',
  'unknown',
  'Redis',
  '1000',
  'söcret',
  '***',
];

/** Whatever the rules look at, whole and in parts, in other letters, and what comes near it. */
const PIECES = [
  ...SECRETS,
  ...SECRETS.map((secret) => encodeURIComponent(secret)),
  ...SECRETS.map((secret) => JSON.stringify(secret)),
  'Bearer ',
  'BEARER\t',
  'basic\u00A0',
  'Basic',
  'bear',
  'er x',
  'redis://',
  '://',
  ':',
  '@',
  'me:pw@host',
  '[::1]',
  '/callbacks/kie/',
  '/Callbacks/Kie/',
  'gen_1/',
  'tok_2',
  '?',
  '#',
  '/',
  '\\',
  '"',
  "'",
  '`',
  '=',
  ' ',
  '\n',
  'token',
  'TOKEN',
  'apiKey',
  'api_keys',
  'keys',
  'key',
  'Key',
  'hmac',
  'xHMACx',
  'signature',
  'set-cookie',
  'passwd',
  'to\u212Aen',
  'pa\u017Fsword',
  'UNKNOWN',
  'password: UNKNOWN',
  'un',
  'known',
  ': ',
  '":"',
  '\u202E',
  '\u2028',
  '\u0085',
  '\uD800',
  'é',
  '***',
];

const pieces = array(constantFrom(...PIECES), { maxLength: 8 }).map((parts) => parts.join(''));
const texts = oneof({ weight: 6, arbitrary: pieces }, string(), string({ unit: 'binary' }));
const values = oneof(texts, array(texts, { maxLength: 4 }), dictionary(texts, texts, { maxKeys: 3 }), jsonValue());
const records = dictionary(texts, values, { maxKeys: 5 });
// As the environment gives them: without halves of characters.
const whole = texts.filter((text) => !/\p{Surrogate}/u.test(text));
const secrets = tuple(subarray(SECRETS), array(whole, { maxLength: 2 })).map((parts) => parts.flat());

test('a line that is searched for marks first comes out as one whose every string is checked', () => {
  assert(
    property(secrets, records, (known, record) => {
      const line = `${JSON.stringify(record)}\n`;
      const thorough = visibleJson(maskStrings(line, createThoroughScrubbers(known)));
      expect(createLineScrubber(known)(line)).toBe(thorough);
    }),
    { numRuns: 3000 },
  );
});

test('so does a text, a name, and a line that is no JSON', () => {
  assert(
    property(secrets, texts, (known, text) => {
      const [quick, thorough] = [createScrubbers(known), createThoroughScrubbers(known)];
      expect(quick.text(text)).toBe(thorough.text(text));
      expect(quick.name(text)).toBe(thorough.name(text));
      expect(createLineScrubber(known)(text)).toBe(visibleJson(maskStrings(text, thorough)));
    }),
    { numRuns: 3000 },
  );
});

test.each([
  [
    'the line of an accepted task',
    { generation: 'gen_1', job: 'gen_1-1', task: '0f3a', latencyMs: 312, msg: 'submitted' },
  ],
  ['a link', { url: 'https://tempfile.example/a/b.mp4?Expires=1', msg: 'results are saved' }],
  ['a refusal', { evidence: { summary: 'Kie refused', httpStatus: 429 }, msg: 'refused' }],
])('%s needs no closer check', (_what, fields) => {
  expect(createScrubbers(['sk-12345', 'pass/word@redis', 'unknown']).mayChange(JSON.stringify(fields))).toBe(false);
});
