import { randomUUID } from 'node:crypto';
import { uploadUrl } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import { differencesOf, doubtOf } from '../../src/adopt/likeness.ts';

const differences = (requested: unknown, shown: unknown) => differencesOf(requested, shown, 'input');
const UPLOADED = uploadUrl({ tenant: 'default', sha256: 'ab'.repeat(32), copy: randomUUID(), extension: 'png' });

describe('what Kie itself changes is forgiven', () => {
  test.each<[string, unknown, unknown]>([
    ['a text of digits as a number', { duration: '6' }, { duration: 6 }],
    ['a number as its text', { seed: 7 }, { seed: '7' }],
    ['a fraction written otherwise', { scale: '0.50' }, { scale: 0.5 }],
    ['a truth as its text', { sound: false }, { sound: 'false' }],
    ['a text as a truth', { sound: 'true' }, { sound: true }],
    ['the order of fields', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ['within lists', { points: ['1', { x: '2' }] }, { points: [1, { x: 2 }] }],
    ["Kie's link for an uploaded image", { image_url: UPLOADED }, { image_url: 'https://files.example/1.png' }],
  ])('%s', (_what, requested, shown) => {
    expect(differences(requested, shown)).toEqual([]);
  });
});

describe('everything else is reported', () => {
  test.each<[string, unknown, unknown, string, string | null, string | null]>([
    ['another number', { duration: '6' }, { duration: 5 }, 'input.duration', '"6"', '5'],
    ['another text of a number', { code: '06' }, { code: '6' }, 'input.code', '"06"', '"6"'],
    ['no number at all', { code: '' }, { code: 0 }, 'input.code', '""', '0'],
    ['the other truth', { sound: false }, { sound: 'true' }, 'input.sound', 'false', '"true"'],
    ['a number for a truth', { sound: true }, { sound: 1 }, 'input.sound', 'true', '1'],
    ['an omitted default', { sound: true }, {}, 'input.sound', 'true', null],
    ['nothing for null', { seed: null }, {}, 'input.seed', 'null', null],
    ['the order of a list', ['a', 'b'], ['b', 'b'], 'input[0]', '"a"', '"b"'],
    ['a list for fields', { a: {} }, { a: [] }, 'input.a', '{}', '[]'],
    [
      'no link for an uploaded image',
      { image_url: UPLOADED },
      { image_url: 5 },
      'input.image_url',
      expect.anything(),
      '5',
    ],
    ['a name of the language', {}, JSON.parse('{"__proto__":1}'), 'input.__proto__', null, '1'],
  ])('%s', (_what, requested, shown, field, ours, theirs) => {
    expect(differences(requested, shown)).toEqual([{ field, requested: ours, shown: theirs }]);
  });
});

describe('a difference', () => {
  test('of long texts is shown where it begins', () => {
    const [one] = differences({ prompt: `${'x'.repeat(500)} a cat` }, { prompt: `${'x'.repeat(500)} a dog` });
    expect(one?.requested).toMatch(/^….*xx a cat"$/);
    expect(one?.shown).toMatch(/^….*xx a dog"$/);
    expect(one?.requested?.length).toBeLessThan(90);
  });

  test('holds no credentials and no token', () => {
    const link = (host: string) => ({ url: `https://ana:secret@${host}/callbacks/kie/gen_0123456789/t0ken` });
    const text = JSON.stringify(differences(link('a.example'), link('b.example')));
    expect(text).toContain('b.example');
    expect(text).not.toMatch(/secret|t0ken/);
  });

  test('is one of at most twenty, however many fields a task has', () => {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`f${n}`, n]));
    expect(differences({}, fields)).toHaveLength(20);
    expect(differences({ list: [] }, { list: Array.from({ length: 10_000 }, () => 'x'.repeat(100)) })).toHaveLength(20);
  });

  test('is reported in words', () => {
    expect(doubtOf(differences({ duration: '6' }, { duration: 5, sound: true }))).toBe(
      'the task carries no attempt token, and differs from the request: input.duration should be "6" and is 5; input.sound should be absent and is true',
    );
  });
});
