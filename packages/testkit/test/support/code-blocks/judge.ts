import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parse as parseYaml } from 'yaml';
import { filesBelow, read, wordsIn } from '../documents.ts';
import type { Block } from './blocks.ts';
import { commandProblems, isVariable } from './programs.ts';
import { commandsIn } from './shell.ts';

/** What is wrong with a block; nothing where it holds. */
type Judge = (block: Block) => Promise<string[]> | string[];

/** How the blocks of each language are checked. A language that is not here is refused. */
export const JUDGES: Readonly<Record<string, Judge>> = {
  ts: partOfAnExample,
  js: partOfAnExample,
  mjs: partOfAnExample,
  python: partOfAnExample,
  sh: shellProblems,
  bash: shellProblems,
  console: consoleProblems,
  env: ({ text }) => linesOf(text).flatMap(assignmentProblems),
  diff: ({ text }) =>
    linesOf(text).flatMap((line) =>
      /^[-+]/.test(line)
        ? wordsIn(line, /\b([A-Z][A-Z_]+)=/g).filter((name) => !isVariable(name))
        : [`not a line of a difference: ${line}`],
    ),
  json: jsonProblems,
  yaml: ({ text }) => problemOf(() => parseYaml(text, { uniqueKeys: true })),
  http: httpProblems,
  nginx: nginxProblems,
  text: textProblems,
};

/** Parts of files that `pnpm types` checks, or that tests run: `examples/`, and `test/examples/` of each package. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  ts: ['.ts'],
  js: ['.ts', '.mjs', '.js'],
  mjs: ['.mjs'],
  python: ['.py'],
};

async function partOfAnExample({ language, text, runs }: Block): Promise<string[]> {
  if (runs !== undefined) return [];
  const wanted = EXAMPLES[language] ?? [];
  const examples = (await exampleFiles).filter(({ path }) => wanted.some((ending) => path.endsWith(ending)));
  const isThere = examples.some(({ flat }) => flat.includes(flatOf(text)));
  return isThere ? [] : ['no part of an example: see packages/*/test/examples and examples/'];
}

const exampleFiles = (async () => {
  const folders = await Promise.all(
    ['.ts', '.mjs', '.js', '.py'].flatMap((ending) =>
      ['examples', 'packages', 'apps'].map((folder) => filesBelow(folder, ending)),
    ),
  );
  const paths = folders
    .flat()
    .filter((path) => path.startsWith('examples/') || /\/test\/(?:integration\/)?examples\//.test(path));
  return Promise.all(paths.map(async (path) => ({ path, flat: flatOf(await read(path)) })));
})();

/** Without what a formatter decides: blanks, and commas before a closing bracket. */
function flatOf(code: string): string {
  return code.replaceAll(/\s+/g, '').replaceAll(/,(?=[)\]}])/g, '');
}

/** By bash's own parser, and then each command by what the repository knows of it. */
async function shellProblems({ text }: Block): Promise<string[]> {
  const bash = spawn('bash', ['-n'], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  bash.stderr.setEncoding('utf8').on('data', (part: string) => (said += part));
  bash.stdin.end(text);
  const [code] = await once(bash, 'close');
  if (code !== 0) return [said.trim()];
  const used = new Set(wordsIn(text, /\$\{?(\w+)/g));
  const problems = await Promise.all(
    commandsIn(text).map((command) => commandProblems(command, (name) => used.has(name))),
  );
  return problems.flat();
}

/** A session: commands, settings, or the events of a stream. */
async function consoleProblems(block: Block): Promise<string[]> {
  const lines = linesOf(block.text);
  if (lines.every((line) => /^(retry|id|event|data):/.test(line)))
    return lines.flatMap((line) => (line.startsWith('data:') ? problemOf(() => JSON.parse(line.slice(5))) : []));
  return lines.every((line) => /^[A-Z_]+=\S+$/.test(line)) ? lines.flatMap(assignmentProblems) : shellProblems(block);
}

function assignmentProblems(line: string): string[] {
  if (line.startsWith('#')) return [];
  const name = /^([A-Z][A-Z0-9_]*)=/.exec(line)?.[1];
  if (name === undefined) return [`not an assignment: ${line}`];
  return isVariable(name) ? [] : [`${name} is no variable of kieq`];
}

/** A document, a part of an object, or one document in each line. */
function jsonProblems({ text }: Block): string[] {
  const problems = problemOf(() => JSON.parse(text));
  if (problems.length === 0 || problemOf(() => JSON.parse(`{${text}}`)).length === 0) return [];
  const lines = linesOf(text).flatMap((line) => problemOf(() => JSON.parse(line)));
  return lines.length === 0 ? [] : problems;
}

/** Of Kie's contract: a header, or a call that the gateway answers as well. */
async function httpProblems({ text }: Block): Promise<string[]> {
  const api = await read('docs/http-api.md');
  return linesOf(text).flatMap((line) => {
    const [, method, path] = /^([A-Z]+) (?:https?:\/\/[^/]+)?(\/[^?\s]*)/.exec(line) ?? [];
    if (method !== undefined) return api.includes(`\`${method} ${path}\``) ? [] : [`${method} ${path} is no route`];
    return /^[\w-]+: \S/.test(line) ? [] : [`neither a request nor a header: ${line}`];
  });
}

/** A campaign runs nginx with these blocks (packages/testkit/test/support/nginx.ts finds them by their location). */
async function nginxProblems({ path, text }: Block): Promise<string[]> {
  const location = /^location (\S+) \{/.exec(text)?.[1] ?? '';
  const tests = await Promise.all((await filesBelow('apps', '.test.ts')).map(read));
  const isRun =
    path === 'docs/deployment.md' && tests.some((test) => test.includes('nginx') && test.includes(`'${location}'`));
  return isRun ? [] : [`no test runs the nginx of ${location}`];
}

/** Drawings, formulas, outputs. What could be run has another language. */
function textProblems({ text }: Block): string[] {
  return linesOf(text)
    .filter((line) => /^(\$ |pnpm |npx |npm |kieq |node |curl |docker |import |const )/.test(line))
    .map((line) => `a command or code, which needs its language: ${line}`);
}

function problemOf(parse: () => unknown): string[] {
  try {
    parse();
    return [];
  } catch (error) {
    return [String(error)];
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
