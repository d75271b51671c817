import type { GenerationView } from '@kieq/producer';
import { expect, test } from 'vitest';
import { resultSources } from '../../src/follow/result-sources.ts';

const file = (name: string) => ({ name, contentType: 'video/any', bytes: 1, sha256: '00' });

test.each([
  ['its name in the archive', 'https://a.example/1.mp4', [file('tenant-a/2026-08-31/gen_1.mkv')], '.mkv'],
  ['its link', 'https://a.example/1.MOV?sign=a.png', [], '.mov'],
  ['what is usual', 'https://a.example/video', [], '.mp4'],
  ['what is usual also for a link that ends oddly', 'https://a.example/run.exe', [], '.mp4'],
])('a result is called by %s', (_what, url, archived, extension) => {
  const view = { resultUrls: [url], archived } satisfies Partial<GenerationView>;
  expect(resultSources(view, undefined, { allowPrivate: false }).map((source) => source.extension)).toEqual([
    extension,
  ]);
});
