import { describe, expect, test } from 'vitest';
import { NOT_CHECKABLE } from '../../src/verify-kie/not-checkable.ts';
import { optionsOf } from '../../src/verify-kie/options.ts';
import { reportOf } from '../../src/verify-kie/report.ts';
import { CHECKED } from '../../src/verify-kie/run.ts';
import { read, sorted, wordsIn } from '../support/documents.ts';

const MARK = /<!-- fact:([\w-]+) -->/g;
const text = await read('docs/kie/facts.md');
/** What the document says of the service: all but how to read it, and what clients do. */
const facts = text.slice(text.indexOf('## Rules of the account'), text.indexOf('## Clients of Kie'));

describe('docs/kie/facts.md and pnpm verify:kie', () => {
  test('each fact has a check, or a reason why it has none', () => {
    const marks = wordsIn(text, MARK);
    expect(marks.length).toBeGreaterThan(60);
    expect(sorted(marks)).toEqual(sorted([...CHECKED, ...Object.keys(NOT_CHECKABLE)]));
  });

  test('each row of a table and each point of a list has one mark', () => {
    const isHead = (line: string, next: string | undefined): boolean =>
      [line, next].some((one) => one?.startsWith('|---'));
    const lines = facts.split('\n');
    const rows = lines.filter((line, i) => /^(\||- )/.test(line) && !isHead(line, lines[i + 1]));
    expect(rows.filter((row) => wordsIn(row, MARK).length !== 1)).toEqual([]);
  });
});

const ENV = { KIE_API_KEY: 'a-secret-key' };
const REQUIRED = ['--key-from-env', 'KIE_API_KEY', '--max-credits', '60'];

describe('options of pnpm verify:kie', () => {
  test('a simulator takes the uploads as well', () => {
    const options = optionsOf([...REQUIRED, '--base-url', 'http://127.0.0.1:1/'], ENV);
    expect(options).toMatchObject({ maxCredits: 60, uploadUrl: 'http://127.0.0.1:1', baseUrl: 'http://127.0.0.1:1' });
  });

  test('the cap is required', () => {
    expect(() => optionsOf(REQUIRED.slice(0, 2), ENV)).toThrow('--max-credits is required');
  });

  test.each([
    [['--max-credits', 'all'], '--max-credits must be a number of credits'],
    [['--public-url', 'ftp://x'], '--public-url must be an http or https URL'],
    [['--key-from-env', 'NO_SUCH_NAME'], '--key-from-env: the variable NO_SUCH_NAME is not set'],
  ])('%j: %s', (args, message) => {
    expect(() => optionsOf([...REQUIRED, ...args], ENV)).toThrow(message);
  });
});

test('the report says when more was charged than allowed, and takes out what is secret', () => {
  const finding = { id: 'x', expected: 'a | b', seen: 'with a-secret-key', verdict: 'differs' } as const;
  const options = optionsOf(REQUIRED, ENV);
  const report = reportOf(
    { startedAt: 'now', findings: [finding], balance: { before: 100, after: 30 } },
    options,
    (text_) => text_.replaceAll('a-secret-key', '…'),
  );
  expect(report).toContain('70 credits charged of at most 60. **That is more than allowed.**');
  expect(report).toContain('| x | **differs** | a \\| b | with … |');
});
