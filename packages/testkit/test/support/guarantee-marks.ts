/** The line of code above a test that a guarantee rests on: `// @guarantee G3`, or `// @guarantee G1, G2`. */
const MARK = /^( *)\/\/ @guarantee (G\d+(?:, G\d+)*)$/;
/** The first words of a test or of a group of tests. */
const CALL = /^ *(?:test|it|describe)\b/;
/** A rule of the linter that is off for the test must be right above it. */
const LINT = /^ *\/\/ oxlint-disable-next-line /;
/** Before a title: the call itself, or the end of the table or condition of `each`, `for` or `skipIf`. */
const BEFORE_TITLE = String.raw`(?:^ *(?:test|it|describe)(?:\.\w+)*\(|\)\()\s*`;
const TITLE = new RegExp(String.raw`${BEFORE_TITLE}(['"\x60])((?:\\.|(?!\1)[^\\\n])*)\1`, 'm');

/** A test that carries a mark. */
export interface MarkedTest {
  readonly path: string;
  /** Of the groups around it, then its own. */
  readonly titles: readonly string[];
  readonly guarantees: readonly string[];
}

/**
 * The marked tests of a source, in its order.
 * @throws Error where a mark is badly written, or where no test follows it: the message names file and line
 */
export function markedTestsOf(path: string, source: string): MarkedTest[] {
  const lines = source.split('\n');
  return lines.flatMap((line, i) => {
    if (!/\/\/\s*@guarantee/.test(line)) return [];
    const [, , names] = MARK.exec(line) ?? [];
    const below = lines.slice(i + 1).filter((next, j) => j > 0 || !LINT.test(next));
    const title = CALL.test(below[0] ?? '') ? titleIn(below.join('\n')) : undefined;
    if (names === undefined || title === undefined)
      throw new Error(`${path}:${i + 1}: "${line.trim()}" must be "// @guarantee G1" or "G1, G2", right above a test`);
    return [{ path, titles: [...groupsAround(lines, i), title], guarantees: names.split(', ') }];
  });
}

function titleIn(source: string): string | undefined {
  return TITLE.exec(source)?.[2]?.replaceAll(/\\(['"`])/g, '$1');
}

/** Titles of the groups that a line is in, the outermost first. The formatter keeps the indentation true. */
function groupsAround(lines: readonly string[], at: number): string[] {
  const groups: string[] = [];
  let indent = indentOf(lines[at] ?? '');
  for (let i = at - 1; i >= 0 && indent > 0; i -= 1) {
    const line = lines[i] ?? '';
    if (line.trim() === '' || indentOf(line) >= indent || !line.endsWith('{')) continue;
    indent = indentOf(line);
    const title = /^ *(?:describe\b|\]\S*\)\()/.test(line) ? titleIn(line) : undefined;
    if (title !== undefined) groups.unshift(title);
  }
  return groups;
}

function indentOf(line: string): number {
  return /^ */.exec(line)?.[0].length ?? 0;
}

/** What `docs/guarantees.md` promises, in its order: `G1` and its whole title. */
export function guaranteesIn(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/^## ((G\d+): .+)$/gm)].map(([, title = '', name = '']) => [name, title]));
}

/** What is wrong with the marks as a whole: guarantees that do not exist, and guarantees without a test. */
export function faultsOf(guarantees: ReadonlyMap<string, string>, tests: readonly MarkedTest[]): string[] {
  const named = new Set(tests.flatMap((test) => test.guarantees));
  const unknown = tests.flatMap(({ path, guarantees: names }) =>
    names.filter((name) => !guarantees.has(name)).map((name) => `${path} names ${name}, which is not promised`),
  );
  const untested = [...guarantees.keys()].filter((name) => !named.has(name)).map((name) => `${name} has no test`);
  return [...unknown, ...untested];
}

/** The appendix: the tests of each guarantee by file. */
export function appendixOf(guarantees: ReadonlyMap<string, string>, tests: readonly MarkedTest[]): string {
  return [...guarantees].map(([name, title]) => sectionOf(name, title, tests)).join('\n');
}

function sectionOf(name: string, title: string, tests: readonly MarkedTest[]): string {
  const own = tests.filter(({ guarantees }) => guarantees.includes(name));
  const files = [...new Set(own.map(({ path }) => path))].toSorted();
  const lines = files.flatMap((path) => [
    `- \`${path}\``,
    ...own.filter((test) => test.path === path).map(({ titles }) => `  - ${titles.map(shown).join(' › ')}`),
  ]);
  return [`## ${title}`, '', `${own.length} tests in ${files.length} files.`, '', ...lines, ''].join('\n');
}

/** As plain text of Markdown. */
function shown(title: string): string {
  return title.replaceAll(/[\\`*_<>[\]]/g, String.raw`\$&`);
}
