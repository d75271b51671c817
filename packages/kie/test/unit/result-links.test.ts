import { array, assert, constantFrom, jsonValue, oneof, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readRecord, readSuccess } from '../../src/record.ts';
import { linksIn } from '../../src/result-links.ts';

const A = 'https://a.example/1.mp4';
const B = 'https://a.example/2.mp4?sig=x%2Fy&t=1';

function read(data: Readonly<Record<string, unknown>>) {
  const record = readRecord({ state: 'success', ...data });
  if (record === undefined) throw new Error('no record');
  return readSuccess(record);
}

describe('the links of a result are read', () => {
  it.each<[string, unknown]>([
    ['as Kie documents them', { resultUrls: [A, B] }],
    ['under the name result_urls', { result_urls: [A, B] }],
    ['under a name with blanks', { ' resultUrls ': [A, B] }],
    ['with blanks around them', { resultUrls: [` ${A}\n`, `\t${B} `] }],
    ['as objects with url', { resultUrls: [{ url: A, width: 1 }, { url: B }] }],
    ['as objects under videos', { videos: [{ url: A }, { video: { url: B } }] }],
    ['as JSON text in the text', { resultUrls: JSON.stringify([A, B]) }],
    ['as a bare list', [A, B]],
    ['in a wrapper', { data: { response: { resultUrls: [A, B] } } }],
    ['with each once', { resultUrls: [A, B, A, ` ${B}`] }],
    [
      'next to values that are no links',
      { resultUrls: [7, null, '', 'javascript:alert(1)', A, '/x.mp4', { url: 'ftp://x/y' }, B] },
    ],
    ['without those of other files', { resultUrls: [A, B], originUrls: ['https://a.example/o.mp4'], thumbnail: A }],
  ])('%s', (_how, result) => {
    expect(read({ resultJson: JSON.stringify(result) })).toMatchObject({
      result: 'links',
      verdict: { resultUrls: [A, B], resultJson: JSON.stringify(result) },
    });
    expect(read({ resultJson: result }).verdict.resultUrls).toEqual([A, B]);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['a text instead of a list', { resultJson: JSON.stringify({ resultUrls: ` ${A}` }) }],
    ['videoUrl', { resultJson: JSON.stringify({ videoUrl: A, coverUrl: B }) }],
    ['video_url of response', { resultJson: '', response: { video_url: A, thumbnailUrl: B } }],
    ['an object with url', { resultJson: JSON.stringify({ url: A }) }],
    ['a bare link', { resultJson: `${A}\n` }],
    ['a link in quotes', { resultJson: JSON.stringify(A) }],
    ['data.response.resultUrls', { resultJson: '', response: { resultUrls: [A] } }],
    ['data.response.resultUrls next to an empty result', { resultJson: '{}', response: { resultUrls: [A] } }],
    ['data.response as text', { resultJson: null, response: JSON.stringify({ resultUrls: [A] }) }],
    ['data.result_urls', { result_urls: [A] }],
    ['data.videoUrl', { resultJson: '{}', videoUrl: A }],
    ['data.info.resultUrls', { resultJson: '', info: { resultUrls: [A] } }],
  ])('from %s', (_where, data) => {
    expect(read(data)).toMatchObject({ result: 'links', verdict: { resultUrls: [A] } });
  });

  it('but never from what went in', () => {
    const param = JSON.stringify({ input: { image_urls: [A], video_url: B }, callBackUrl: A });
    for (const resultJson of ['{}', JSON.stringify({ image_urls: [A], input: { resultUrls: [B] } })])
      expect(read({ resultJson, param, input: { image_urls: [A] }, url: B })).toMatchObject({
        result: 'unreadable',
        verdict: { resultUrls: [], resultJson },
      });
  });
});

describe('a success without a link', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['is a text where it says so', { resultJson: '{"resultObject":{}}' }, '{"resultObject":{}}'],
    [
      'also where response does',
      { resultJson: '', response: { resultObject: { text: A } } },
      `{"resultObject":{"text":"${A}"}}`,
    ],
  ])('%s', (_how, data, resultJson) => {
    expect(read(data)).toEqual({ result: 'text', verdict: { state: 'success', resultUrls: [], resultJson } });
  });

  it.each(['{"resultUrls":[]}', '{"resultUrls":null,"resultObject":null}', '{"resultUrls":[', 'nonsense', '[]', '7'])(
    'and without a text is unreadable, and kept: %s',
    (resultJson) => {
      expect(read({ resultJson })).toEqual({
        result: 'unreadable',
        verdict: { state: 'success', resultUrls: [], resultJson },
      });
    },
  );

  it('may say nothing at all', () => {
    expect(read({ resultJson: '', response: null }).result).toBe('unreadable');
  });
});

describe('a hostile result', () => {
  it('gives at most 100 links, none of them longer than 8192 characters', () => {
    const many = Array.from({ length: 5000 }, (_, i) => `https://a.example/${i}.mp4`);
    expect(linksIn({ resultUrls: many })).toEqual(many.slice(0, 100));
    expect(linksIn([`${A}?${'x'.repeat(8192)}`, B])).toEqual([B]);
  });

  it('is not searched deeper than 8 levels, and in no time', () => {
    const startedAt = performance.now();
    const deep = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as unknown;
    expect(linksIn({ resultUrls: deep })).toEqual([]);
    expect(linksIn({ data: { data: { data: { data: { data: { data: { data: { data: A } } } } } } } })).toEqual([]);
    const spellings = Object.fromEntries(
      Array.from({ length: 200_000 }, (_, i) => [`resultUrls${' '.repeat(i % 30)}${'_'.repeat(i % 7)}${i}`, i]),
    );
    expect(linksIn({ ...spellings, resultUrls: [A] })).toEqual([A]);
    expect(linksIn(Array.from({ length: 300_000 }, () => '[{"url":['))).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('never throws, and gives nothing but http and https', () => {
    const names = constantFrom('resultUrls', 'result_urls', 'url', 'videoUrl', 'response', '__proto__', 'constructor');
    const shaped = property(
      array(names, { maxLength: 6 }),
      oneof(jsonValue(), constantFrom(A, [A], { url: A })),
      (path, end) => {
        const value = path.reduceRight<unknown>(
          (inner, name) => JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(inner)}}`),
          end,
        );
        for (const link of linksIn(value)) expect(link).toMatch(/^https?:\/\//);
        read({ resultJson: value, response: end });
      },
    );
    assert(shaped, { numRuns: 500 });
  });
});
