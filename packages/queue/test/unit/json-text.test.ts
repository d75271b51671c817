import { describe, expect, test } from 'vitest';
import { decodeJson, LossyNumber, parseJsonText, UndecodableText } from '../../src/jobs/json-text.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('decodeJson', () => {
  test.each(['"café 🎬 – 漢字"', '', '\u0000'])('reads UTF-8: %j', (text) => {
    expect(decodeJson(Buffer.from(text))).toBe(text);
    expect(decodeJson(Buffer.from(text), 'utf8')).toBe(text);
  });

  test('leaves a byte order mark out', () => {
    expect(decodeJson(Buffer.from('\ufeff{}'))).toBe('{}');
  });

  test.each([
    ['Latin', latin('"café"')],
    ['a character that is cut', Buffer.from('"é').subarray(0, 2)],
    ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['a surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['UTF-16 with its mark', Buffer.from('\ufeff"é"', 'utf16le')],
  ])('refuses %s, declared as UTF-8 or not at all', (_name, bytes) => {
    for (const charset of [undefined, 'utf-8', 'UTF8', 'no-such-charset'])
      expect(() => decodeJson(bytes, charset)).toThrow(UndecodableText);
  });

  test.each([
    ['iso-8859-1', latin('"café"'), '"café"'],
    ['windows-1252', Buffer.from([0x22, 0x80, 0x22]), '"€"'],
    ['utf-16le', Buffer.from('"café"', 'utf16le'), '"café"'],
    ['gbk', Buffer.from([0x22, 0xc1, 0xaa, 0xcd, 0xa8, 0x22]), '"联通"'],
  ])('reads what is declared: %s', (charset, bytes, text) => {
    expect(decodeJson(bytes, charset)).toBe(text);
  });

  test('takes UTF-8 that is declared as Latin for what it is', () => {
    expect(decodeJson(Buffer.from('"café"'), 'iso-8859-1')).toBe('"café"');
  });

  test('refuses what is not even as it is declared', () => {
    expect(() => decodeJson(Buffer.from([0x22, 0xc1]), 'gbk')).toThrow(/GBK/);
  });
});

describe('parseJsonText', () => {
  test.each([
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890123',
    '9007199254740993.0',
    '9007199254740992.5000000000000000000001',
    '1e400',
    '-1E+400',
    '1.7976931348623159e308',
  ])('marks %s, wherever it stands', (source) => {
    const lossy = new LossyNumber(source);
    expect(parseJsonText(source)).toEqual(lossy);
    expect(parseJsonText(`{"a":[1,${source}, {"b" : ${source}}],"c":"${source}"}`)).toEqual({
      a: [1, lossy, { b: lossy }],
      c: source,
    });
  });

  test.each([
    '0',
    '-0.1',
    '9007199254740991',
    '9007199254740992',
    '9007199254740994',
    '123456789012345680000',
    '1e22',
    '1e23',
    '1.50e+20',
    '0.12345678901234567890123',
    '[1.7976931348623157e308]',
    String.raw`"\\\" 9007199254740993"`,
    '{"9007199254740993":"1e400"}',
    '[]',
  ])('leaves %s as it is', (text) => {
    expect(parseJsonText(text)).toEqual(JSON.parse(text));
  });

  test.each(['', '{', '"9007199254740993', '[9007199254740993', '-', '1e999x', String.raw`"\ 9007199254740993`])(
    'throws what the parser throws: %j',
    (text) => {
      expect(() => parseJsonText(text)).toThrow(SyntaxError);
    },
  );

  test('is done at once with what is deep, long or full of zeros', () => {
    const deep = `${'['.repeat(100_000)}9007199254740993${']'.repeat(100_000)}`;
    expect(parseJsonText(deep)).toHaveLength(1);
    const startedMs = performance.now();
    for (const text of [
      `9007199254740993.${'0'.repeat(1_000_000)}1`,
      '1'.repeat(1_000_000),
      `"${'\\"1e9'.repeat(300_000)}"`,
    ])
      parseJsonText(text);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});
