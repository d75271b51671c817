import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { evaluate, evaluateCallbacks } from './evaluate.ts';
import { loadRows } from './load.ts';
import { plotOf } from './plot.ts';
import { tablesOf } from './tables.ts';
import { TRUTHS } from './truths.ts';

const DOCUMENT = new URL('../../../docs/polling.md', import.meta.url);
const PLOT = new URL('../../../docs/img/polling.svg', import.meta.url);
const RESULTS = new URL('../../results/schedule.json', import.meta.url);

/** The offline evaluation of the poll schedule; writes its figures into docs/polling.md, its plot next to it. */
export async function* benchSchedule(): AsyncGenerator<object> {
  const panels = TRUTHS.map((truth) => ({ truth, rows: [...evaluate(truth)] }));
  const schedules = panels.flatMap(({ rows }) => rows);
  yield* schedules;
  const callbacks = TRUTHS.map(evaluateCallbacks);
  yield* callbacks;
  const load = loadRows();
  yield* load;
  await write(RESULTS, `${JSON.stringify({ schedules, callbacks, load }, null, 2)}\n`);
  await write(PLOT, plotOf(panels));
  const document = await readFile(DOCUMENT, 'utf8');
  await write(DOCUMENT, Object.entries(tablesOf({ schedules, callbacks, load })).reduce(withTable, document));
}

/** @throws RangeError where the document has no markers for the table */
function withTable(document: string, [name, table]: [string, string]): string {
  const [start, end] = [`<!-- ${name}:start -->\n`, `<!-- ${name}:end -->`];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`docs/polling.md has no markers for ${name}`);
  return `${document.slice(0, from + start.length)}${table}${document.slice(to)}`;
}

async function write(file: URL, text: string): Promise<void> {
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, text);
}
