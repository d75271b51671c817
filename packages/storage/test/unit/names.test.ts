import { resolve, sep } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkName } from '../../src/names.ts';

const hash = 'a'.repeat(64);

test.each([
  'a',
  'a/b/c.png',
  '.hidden',
  'a..b/..c',
  '_-.',
  `tenant-../${hash}/x.webp`,
  `${'a'.repeat(255)}/${'b'.repeat(255)}`,
])('takes %s', (name) => {
  expect(() => checkName(name)).not.toThrow();
});

test.each([
  ['', 'must not have empty segments'],
  ['/etc/passwd', 'must not start with a slash'],
  ['a//b', 'must not have empty segments'],
  ['a/', 'must not have empty segments'],
  ['..', 'must not have segments of dots only'],
  ['a/../b', 'must not have segments of dots only'],
  ['a/./b', 'must not have segments of dots only'],
  ['a/...', 'must not have segments of dots only'],
  ['a\\..\\b', 'must consist of letters'],
  ['~a', 'must consist of letters'],
  ['a b', 'must consist of letters'],
  ['a\0', 'must consist of letters'],
  ['a\n', 'must consist of letters'],
  ['ä', 'must consist of letters'],
  ['%2e%2e/a', 'must consist of letters'],
  ['a'.repeat(256), 'must not have segments of more than 255 characters'],
  ['a/'.repeat(256) + 'b', 'must have at most 512 characters'],
])('refuses %j by its rule', (name, rule) => {
  expect(() => checkName(name)).toThrow(RangeError);
  expect(() => checkName(name)).toThrow(rule);
});

test('no name that is taken leads out of the folder', () => {
  const parts = fc.array(fc.constantFrom('.', '..', '/', '\\', 'a', '%2e', '~', '\0', '-'), { maxLength: 12 });
  fc.assert(
    fc.property(parts, (pieces) => {
      const name = pieces.join('');
      try {
        checkName(name);
      } catch {
        return;
      }
      expect(resolve('/root', name)).toBe(['/root', ...name.split('/')].join(sep));
    }),
    { numRuns: 2000 },
  );
});
