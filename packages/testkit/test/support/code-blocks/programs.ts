import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ENVIRONMENT } from '@kieq/config';
import { z } from 'zod';
import { commandLines } from '../../../../../apps/cli/test/support.ts';
import { filesBelow, read, ROOT, wordsIn } from '../documents.ts';
import type { Command } from './shell.ts';

/** What is wrong with a command, as far as the repository knows. */
type Judge = (words: readonly string[]) => Promise<string[]> | string[];

const manifest = z.object({ scripts: z.record(z.string(), z.string()) });
/** Commands of pnpm itself. */
const BUILT_IN = new Set(['install', 'exec', 'add', 'run']);
/** Commands of the npm package `kieq` that the CLI's own parser does not have: each starts a process. */
const PACKAGED = new Set(['demo', 'start', 'gateway', 'worker', 'dashboard', 'simulator', 'listen']);
/** Programs of the system, whose arguments are theirs. */
const SYSTEM = new Set(
  'alias cat cd chmod corepack date cut deno bun echo export git grep jq mkdir nvm openssl rm sed set sleep source tar test yarn psql'.split(
    ' ',
  ),
);
/** Variables of other programs, and of the examples. */
const OTHER_VARIABLES =
  /^(SIM_\w+|AWS_\w+|NODE_\w+|KIEQ_SCREENSHOTS|GATEWAY_(URL|KEY|METRICS_KEY)|KIEQ_(URL|GATEWAY)|WEBHOOK_SECRET|REDIS_PASSWORD|GATEWAY_ADDRESS|PORT|POLL_MS|CI|PATH|MODEL_\w+)$/;

const JUDGES: Readonly<Record<string, Judge>> = {
  pnpm: pnpmProblems,
  npx: npxProblems,
  npm: npmProblems,
  kieq: kieqProblems,
  node: nodeProblems,
  sh: ([script = '']) => missing([script]),
  bash: ([script = '']) => missing([script]),
  python3: ([script = '']) => missing([script]),
  cp: (words) => missing(words.filter((word) => !word.startsWith('-')).slice(0, -1)),
  curl: curlProblems,
  docker: dockerProblems,
  kubectl: ([, ...words]) =>
    missing(words.filter((word) => word.startsWith('deploy/') && !word.includes('production'))),
  helm: (words) => missing(words.filter((word) => /^(\.\/)?deploy\//.test(word))),
};

/** What is wrong with a command: its program, its options, the files and routes that it names, the variables before it. */
export async function commandProblems(
  { assigned, words }: Command,
  isLocal: (name: string) => boolean,
): Promise<string[]> {
  const [program, ...rest] = words;
  const names =
    program === 'export' ? rest.filter((word) => word.includes('=')).map((word) => word.replace(/=.*/s, '')) : [];
  const given = [...assigned.map(([name]) => name), ...names];
  const bake = program === 'docker' && rest.includes('bake') ? await bakeFile(rest) : '';
  const unknown = given.filter((name) => !isVariable(name) && !isLocal(name) && !bake.includes(name));
  const problems = unknown.map((name) => `${name} is no variable of kieq`);
  if (program === undefined || SYSTEM.has(program)) return problems;
  const judge = JUDGES[program];
  return [...problems, ...(judge === undefined ? [`${program} is not known here`] : await judge(rest))];
}

/** Whether kieq or a program of its examples reads this variable. */
export function isVariable(name: string): boolean {
  const key = name.replace(/_FILE$/, '');
  return (
    OTHER_VARIABLES.test(name) ||
    ENVIRONMENT.some((one) => [one.key, one.alias].some((own) => own === name || own === key))
  );
}

function missing(paths: readonly string[]): string[] {
  return paths
    .filter((path) => path !== '' && !path.startsWith('/') && !existsSync(join(ROOT, path)))
    .map((path) => `${path} is not there`);
}

async function pnpmProblems([script = '', ...words]: readonly string[]): Promise<string[]> {
  const { scripts } = manifest.parse(JSON.parse(await read('package.json')));
  const [command = '', ...rest] = words;
  if (script === 'exec') return command === 'turbo' ? [] : missingTests(rest);
  if (BUILT_IN.has(script)) return [];
  const line = scripts[script];
  if (line === undefined) return [`pnpm ${script} is no script`];
  // Options of another program.
  if (line.startsWith('turbo') || line.includes('--dir site')) return [];
  const source = await sourceOf(line);
  const options = words.filter((word) => word.startsWith('--')).map((word) => word.replace(/=.*/, ''));
  const unknown = options.filter((option) => !new RegExp(`['\\s.-]${option.slice(2)}\\b`).test(source));
  const named =
    script === 'bench' && command !== '' && !source.includes(`'${command}'`) ? [`bench has no ${command}`] : [];
  return [...unknown.map((option) => `pnpm ${script} has no ${option}`), ...named, ...missingTests(words)];
}

/** Tests by the beginning of their path, as vitest takes them. */
function missingTests(words: readonly string[]): string[] {
  const paths = words.filter(isTestFile);
  const isThere = (path: string): boolean =>
    existsSync(join(ROOT, path)) ||
    (existsSync(join(ROOT, dirname(path))) &&
      readdirSync(join(ROOT, dirname(path))).some((name) => name.startsWith(basename(path))));
  return paths.filter((path) => !isThere(path)).map((path) => `${path} is not there`);
}

function isTestFile(word: string): boolean {
  return /^(apps|packages|deploy|bench)\//.test(word);
}

/** The sources of what a script of package.json starts. */
async function sourceOf(line: string): Promise<string> {
  // Checks come before what is started.
  const entry = wordsIn(line, /\bnode (\S+)/g).at(-1) ?? '';
  const folder = entry.replace(/\/(dist\/.*|[^/]+\.mjs)$/, '');
  if (folder === '') return '';
  const files = await Promise.all(['.ts', '.mjs'].map((ending) => filesBelow(folder, ending)));
  return (await Promise.all(files.flat().map(read))).join('\n');
}

async function npxProblems(given: readonly string[]): Promise<string[]> {
  const [program = '', ...words] = given[0] === '-y' ? given.slice(1) : given;
  if (program === 'pnpm@12') return pnpmProblems(words);
  if (program === 'kieq') return kieqProblems(words);
  if (program.startsWith('@kieq/')) return missing([program.replace('@kieq/', 'packages/')]);
  // A campaign test of the API documents runs it with these arguments.
  if (program === 'openapi-typescript') return [];
  return [`npx ${program} is not known here`];
}

function npmProblems(words: readonly string[]): string[] {
  const own = words.filter((word) => word.startsWith('@kieq/')).map((word) => word.replace(/(?<=.)@.*$/, ''));
  return missing(own.map((name) => name.replace('@kieq/', 'packages/')));
}

function kieqProblems(words: readonly string[]): string[] {
  const [first = ''] = words;
  if (['--help', '--version'].includes(first)) return [];
  const placed = commandLines()
    .filter(({ path }) => ` ${words.join(' ')} `.startsWith(` ${path} `))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
  if (placed === undefined) return PACKAGED.has(first) ? [] : [`kieq ${first} is no command`];
  const { path, command } = placed;
  const given = words.slice(path.split(' ').length).filter((word) => word !== '--help');
  try {
    const { operands, unknown } = command.parseOptions([...given]);
    const wanted = command.registeredArguments;
    const isTooFew = operands.length < wanted.filter(({ required }) => required).length && !words.includes('--help');
    const isTooMany = operands.length > wanted.length && wanted.at(-1)?.variadic !== true;
    return [
      ...unknown.map((option) => `kieq ${path} has no ${option}`),
      ...(isTooFew || isTooMany ? [`kieq ${path} does not take ${operands.length} arguments`] : []),
    ];
  } catch (error) {
    return [`kieq ${path}: ${String(error)}`];
  }
}

/** A built file stands for its source. */
function nodeProblems(words: readonly string[]): string[] {
  const script = words.find((word) => !word.startsWith('-')) ?? '';
  if (words.includes('-p') || words.includes('-e')) return [];
  return missing([script.replace('/dist/', '/src/').replace(/(?<=\/src\/.*)\.js$/, '.ts')]);
}

const GATEWAY = /^(?:\$\{?GATEWAY_URL\}?|http:\/\/(?:127\.0\.0\.1|localhost):8080)(\/[^?]*)?/;

/** Calls of the gateway: to a route of its documentation, which a test keeps equal to the code. */
async function curlProblems(words: readonly string[]): Promise<string[]> {
  const routes = wordsIn(await read('docs/http-api.md'), /`((?:GET|POST|DELETE) \/[^`\s]+)`/g);
  const method = words[words.indexOf('-X') + 1];
  const verb = words.includes('-X') ? method : words.some((word) => /^-(d|F|-data\S*)$/.test(word)) ? 'POST' : 'GET';
  const paths = words.flatMap((word) => GATEWAY.exec(word)?.[1] ?? []);
  const isRoute = (path: string): boolean =>
    routes.some((route) => {
      const [of, pattern = ''] = route.split(' ');
      return (
        of === verb &&
        pattern.split('/').length === path.split('/').length &&
        matches(pattern.split('/'), path.split('/'))
      );
    });
  return paths.filter((path) => !isRoute(path)).map((path) => `${verb} ${path} is no route`);
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.every((part, i) => part.startsWith(':') || part.startsWith('<') || part === path[i]);
}

/** The file of a `docker buildx bake`, whose variables come from the environment. */
function bakeFile(words: readonly string[]): Promise<string> {
  return read(words[words.indexOf('-f') + 1] ?? '');
}

async function dockerProblems([command = '', ...words]: readonly string[]): Promise<string[]> {
  if (command === 'build') {
    const target = words[words.indexOf('--target') + 1] ?? '';
    return (await read('Dockerfile')).includes(` AS ${target}\n`) ? [] : [`the Dockerfile has no target ${target}`];
  }
  if (command !== 'compose') return [];
  const compose = await read('docker-compose.yml');
  const named = words[0] === 'run' ? words.filter((word) => !word.startsWith('-')).slice(1, 2) : [];
  const scaled = words.flatMap((word) => /^(\w+)=\d+$/.exec(word)?.[1] ?? []);
  const services = [...named, ...scaled].filter((name) => !new RegExp(`^  ${name}:$`, 'm').test(compose));
  const inside = words[0] === 'run' && named[0] === 'cli' ? kieqProblems(words.slice(words.indexOf('cli') + 1)) : [];
  return [...services.map((name) => `docker-compose.yml has no service ${name}`), ...inside];
}
