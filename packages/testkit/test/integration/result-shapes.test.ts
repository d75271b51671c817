import { expect, test } from 'vitest';
import { filesOf, nameOf, openArchivePool } from './archive.ts';
import { one } from './support.ts';

/** Shapes of a result at other vendors; `LINK` is replaced by the link. */
const SHAPES = [
  { resultJson: '{"result_urls":["LINK"]}' },
  { resultJson: '{"resultUrls":" LINK "}' },
  { resultJson: '{"videoUrl":"LINK"}' },
  { resultJson: '{"resultUrls":[{"url":"LINK"}]}' },
  { resultJson: '', more: { response: { resultUrls: ['LINK'] } } },
  { resultJson: '{}', more: { result_urls: ['LINK'] } },
];

// @guarantee G3
test('a result is archived before its generation has succeeded, in whatever shape its link comes', async (context) => {
  const pool = await openArchivePool(context, 'result-shapes');
  const model = await pool.recordWhen(await one(pool, 'model'), ({ state }) => state === 'succeeded');
  const link = model.verdict?.resultUrls[0] ?? '';
  pool.simulator.script(
    SHAPES.map((shape, i) => ({
      on: 'task' as const,
      when: { prompt: `shape ${i}` },
      fault: JSON.parse(JSON.stringify({ kind: 'result', ...shape }).replaceAll('LINK', link)),
    })),
  );
  const ids = await pool.enqueue(...SHAPES.map((_, i) => `shape ${i}`));
  for (const id of ids) {
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.archiving).toMatchObject({ state: 'done', files: [{ name: nameOf(id) }] });
    expect(record.verdict?.resultUrls).toEqual([link]);
  }
  expect(Object.keys(await filesOf(pool))).toHaveLength(1 + SHAPES.length);
});
