import { expect, test } from 'vitest';
import { read, wordsIn } from '../../../testkit/test/support/documents.ts';
import { SUITE, type SuiteClient } from '../support/suite.ts';
import { dated, tableOf } from '../support/table.ts';

const client: SuiteClient = { name: 'a', version: '1.0.0', program: 'a.mjs', what: 'SDK', by: 'an option' };
const fetched = { name: 'wait, fetch the result', ok: true };
const failed = { name: 'upload', ok: false, why: 'HTTP 404\nno | such path' };
const cells = (row: string): string[] => row.split(/(?<!\\)\|/).map((cell) => cell.trim());

test('docs/kie/clients.md has each client of the suite with its version, and each works to a result', async () => {
  const table = await read('docs/kie/clients.md');
  const rows = wordsIn(table, /^\| (`[^`]+` [\d.]+) \|/gm);
  expect(rows).toEqual(SUITE.map(({ name, version }) => `\`${name}\` ${version}`));
  expect(wordsIn(table, /^\| `[^`]+` [\d.]+ \|[^|]*\|[^|]*\| (\w+) \|/gm)).toEqual(SUITE.map(() => 'yes'));
});

test('a client that fails shows at which step, and why', () => {
  const [, , row = ''] = tableOf([[client, { steps: [fetched, failed] }]]).split('\n');
  expect(cells(row).slice(4, 7)).toEqual([
    'yes',
    'no',
    'wait, fetch the result. **upload**: HTTP 404 no \\| such path',
  ]);
});

test('what works only in some surroundings is said', () => {
  const [, , row = ''] = tableOf([[{ ...client, onlyWith: 'a redirect' }, { steps: [fetched] }]]).split('\n');
  expect(cells(row).slice(4, 6)).toEqual(['yes', 'only with a redirect']);
});

test('the date stays while the table does', () => {
  const table = tableOf([[client, { steps: [fetched] }]]);
  const document = dated('', table, '2026-11-30');
  expect(dated(document, table, '2027-01-01')).toBe(document);
  expect(dated(document, tableOf([[{ ...client, version: '2.0.0' }, { steps: [fetched] }]]), '2027-01-01')).toContain(
    'Seen on 2027-01-01',
  );
});
