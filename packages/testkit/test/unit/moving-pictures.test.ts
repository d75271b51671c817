import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { filesBelow, read, ROOT } from '../support/documents.ts';
import { linesOf, terminalPicture } from '../support/pictures/terminal.ts';

/**
 * The moving pictures of the README. `pnpm pictures` records the real demo; this file draws its terminal, with `-u`
 * (`pnpm docs:write`).
 */
const TITLE =
  'The demo in a terminal: 24 generations are created, a bar fills while they run, and a table shows 24 videos.';
const recording = z
  .object({ command: z.string(), events: z.array(z.tuple([z.number(), z.string()])) })
  .parse(JSON.parse(await read('docs/img/demo.json')));
const shown = linesOf(recording.events, 0).filter(({ to }) => to === undefined);

test('docs/img/demo.svg is the recording, drawn', async () => {
  await expect(terminalPicture(TITLE, recording)).toMatchFileSnapshot(join(ROOT, 'docs/img/demo.svg'));
});

test('the recording is of a demo that succeeded, by the command of the README', async () => {
  expect(await read('README.md')).toContain(`\n${recording.command} `);
  expect(shown.at(-1)?.text).toMatch(/^24 videos in demo-videos, \d+ credits, each paid once$/);
  expect(shown.filter(({ text }) => /^gen_\w+ +succeeded /.test(text))).toHaveLength(24);
  // Of files of the machine that recorded it; addresses have two slashes.
  expect(recording.events.filter(([, text]) => /(?<![\w.:/])\/[\w.-]+\/[\w.-]/.test(text))).toEqual([]);
});

test('the demo still says what the recording shows', async () => {
  const source = (await Promise.all((await filesBelow('examples/demo/src', '.ts')).map(read))).join('\n');
  const words = [
    'kieq demo: photographs to videos over HTTP',
    'simulated Kie',
    'photographs in ',
    "'generation', 'state', 'polls', 'seconds', 'file'",
    'credits, each paid once',
  ];
  expect(words.filter((text) => !source.includes(text))).toEqual([]);
  const texts = recording.events.map(([, text]) => text).join('');
  for (const word of ['generation', 'state', 'polls', 'seconds', 'file']) expect(texts).toContain(word);
});

test('a line that is written again replaces the one before, and a long one is wrapped', () => {
  const lines = linesOf(
    [
      [0, `${'x'.repeat(100)}\r\n\r\n`],
      [1000, '\r\u001B[2K[..]'],
      [1100, '\r\u001B[2K[.#]'],
      [2000, '\r\u001B[2K[##]'],
      [2100, '\r\ndone\r\n'],
    ],
    1,
  );
  expect(lines).toEqual([
    { row: 1, text: 'x'.repeat(86), from: 0 },
    { row: 2, text: 'x'.repeat(14), from: 0 },
    { row: 4, text: '[.#]', from: 1000, to: 2000 },
    { row: 4, text: '[##]', from: 2000 },
    { row: 5, text: 'done', from: 2100 },
  ]);
});

test('the picture stands still where motion is unwanted, runs no script, and loads nothing', async () => {
  const svg = await read('docs/img/demo.svg');
  const [still = '', moving = ''] = svg.split('@media (prefers-reduced-motion:no-preference)');
  expect(still).not.toContain('animation:');
  expect(moving).toContain('animation:');
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/<script|href=|url\(|<image/);
});

test('both pictures move, and weigh at most 1 MB together', async () => {
  const files = await Promise.all(['demo.svg', 'overview-live.png'].map((name) => stat(join(ROOT, 'docs/img', name))));
  expect(files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(1_000_000);
  const png = await read('docs/img/overview-live.png');
  expect(png.split('fcTL').length - 1).toBeGreaterThanOrEqual(6);
});
