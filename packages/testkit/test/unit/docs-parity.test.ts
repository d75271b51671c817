import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { environmentTable } from '@kieq/config';
import { GATE_REASONS, GENERATION_STATES, keyedGenerationId, SUBMIT_CLASSES, TIMINGS } from '@kieq/domain';
import { KIE_ERROR_CODES, KLING_DURATIONS, KLING_MODEL, PROMPT_LIMIT } from '@kieq/kie';
import { SCRIPT_NAMES } from '@kieq/ledger';
import { PRODUCER_ERROR_CODES } from '@kieq/producer';
import { optionsSchema, QUEUE_NAMES, submitJobJsonSchema } from '@kieq/queue';
import { describe, expect, test } from 'vitest';
import { commandTable } from '../../../../apps/cli/test/support.ts';
import { API_ERRORS } from '../../../../apps/gateway/src/api-error.ts';
import { operatorTable, transitionTable } from '../support/dead-letter-tables.ts';
import { composeWith, exampleWith } from '../support/environment-lists.ts';
import {
  anchorsOf,
  filesBelow,
  read,
  ROOT,
  sorted,
  unnamed,
  withoutCode,
  withPart,
  wordsIn,
} from '../support/documents.ts';

/**
 * Keeps the documentation in step with the code. What is generated is rewritten by running this file with `-u`
 * (`pnpm docs:write`); everything else is mended by hand.
 */
describe('generated parts are up to date (mend with -u)', () => {
  test.each([
    ['docs/configuration.md', 'environment', environmentTable()],
    ['apps/cli/README.md', 'commands', commandTable()],
    ['docs/operations/dead-letters.md', 'dead-letters', operatorTable()],
    ['docs/architecture/states.md', 'dead-letters', transitionTable()],
    ['docs/payload.md', 'keyed-id', `\`\`\`text\n${keyedGenerationId('default', 'cat-1')}\n\`\`\`\n`],
  ])('%s: %s', async (path, name, generated) => {
    const text = await read(path);
    await expect(withPart(text, name, generated)).toMatchFileSnapshot(join(ROOT, path));
  });

  test.each([
    ['.env.example', exampleWith],
    ['docker-compose.yml', composeWith],
  ])('%s has every key of the environment', async (path, complete) => {
    await expect(complete(await read(path))).toMatchFileSnapshot(join(ROOT, path));
  });

  test('docs/submit-job.schema.json', async () => {
    // Short lists on one line, as the formatter wants them.
    const schema = JSON.stringify(submitJobJsonSchema(), null, 2).replaceAll(
      /\[\s+("[^\]]*")\s+\]/g,
      (_, list: string) => `[${list.replaceAll(/,\s+/g, ', ')}]`,
    );
    await expect(`${schema}\n`).toMatchFileSnapshot(join(ROOT, 'docs/submit-job.schema.json'));
  });
});

describe('the environment', () => {
  test('what the configuration calls without effect is used nowhere', async () => {
    const unused =
      /\*\*Accepted, but without effect yet\*\*[^:]*: ([^.]*)\./.exec(await read('docs/configuration.md'))?.[1] ?? '';
    const catalogue = await read('packages/config/src/catalogue.ts');
    const sources = (
      await Promise.all(['packages', 'apps', 'examples'].map((folder) => filesBelow(folder, '.ts')))
    ).flat();
    const code = sources.filter((path) => path.includes('/src/') && !path.startsWith('packages/config/'));
    const texts = await Promise.all(code.map(read));
    const keys = wordsIn(unused, /`([A-Z_]+)`/g);
    for (const key of keys) {
      const property = new RegExp(`(\\w+): \\w+\\('${key}'`).exec(catalogue)?.[1];
      expect(property, key).toBeDefined();
      const isUsed = new RegExp(
        `\\b(env|environment)\\.${property}\\b|\\{[^}]*\\b${property}\\b[^}]*\\}: \\w*Environment`,
      );
      expect(
        texts.filter((text) => isUsed.test(text)),
        key,
      ).toEqual([]);
    }
  });
});

describe('every word of the code is explained', () => {
  test('states, scripts, queues and times in the architecture', async () => {
    const text = await architecture();
    expect(
      unnamed(text, [...GENERATION_STATES, ...GATE_REASONS, ...QUEUE_NAMES, ...SCRIPT_NAMES, ...Object.keys(TIMINGS)]),
    ).toEqual([]);
  });

  test('times with their values', async () => {
    const rows = (await read('docs/architecture/upkeep.md')).split('\n').filter((line) => /^\| `\w+Ms`/.test(line));
    const documented = rows.flatMap((row) => {
      const [, names = '', values = ''] = row.split('|');
      return wordsIn(names, /`(\w+)`/g).map((name, i): [string, number] => [name, Number(values.split(',')[i])]);
    });
    expect(Object.fromEntries(documented)).toEqual(TIMINGS);
  });

  test('keys of the ledger in the architecture', async () => {
    const text = await read('docs/architecture/records-and-keys.md');
    const lua = (await Promise.all((await filesBelow('packages/ledger/lua', '.lua')).map(read))).join('\n');
    // Those of one command need no script.
    const typescript = (await Promise.all((await filesBelow('packages/ledger/src', '.ts')).map(read))).join('\n');
    const keys = new Set([...wordsIn(lua, /\bkey\('([\w:]+?)'/g), ...wordsIn(typescript, /`\$\{root\}([\w:]+)[`$]/g)]);
    const documented = new Set(
      wordsIn(text, /^\| `([\w:]+?)(?:<\w+>)?` \| (?:hash|string|list|sorted set|set|stream) \|/gm),
    );
    // Two kinds of keys have functions of their own; those with a part that varies end in a colon.
    for (const made of ['gen:', 'task:']) keys.add(made);
    const kinds = new Set([...keys].map((name) => name.replace(/^(state|letters):.*/, '$1:')));
    expect(sorted(documented)).toEqual(sorted(kinds));
  });

  // The classes of dead letters stand in a generated table.
  test('gates in the operations', async () => {
    expect(unnamed(await read('docs/operations/gates.md'), GATE_REASONS)).toEqual([]);
  });

  test('classes of answers in the failure modes', async () => {
    expect(unnamed(await read('docs/failure-modes/kie.md'), SUBMIT_CLASSES)).toEqual([]);
  });

  test('every error code in the errors', async () => {
    const text = await read('docs/errors.md');
    const redis = await read('packages/redis/src/errors.ts');
    const findings = /code: ('[^;]+);/.exec(redis)?.[1] ?? '';
    expect(unnamed(text, [...PRODUCER_ERROR_CODES, ...KIE_ERROR_CODES, ...Object.keys(API_ERRORS)])).toEqual([]);
    expect(unnamed(text, wordsIn(findings, /'(\w+)'/g))).toEqual([]);
    expect(unnamed(text, wordsIn(redis, /code = '(\w+)'/g))).toEqual([]);
    expect(unnamed(text, wordsIn(await read('packages/local-redis/src/errors.ts'), /'(local_\w+)'/g))).toEqual([]);
    expect(unnamed(text, wordsIn(await read('packages/config/src/errors.ts'), /code = '(\w+)'/g))).toEqual([]);
    const packages = await read('packages/domain/src/missing-packages.ts');
    expect(unnamed(text, wordsIn(packages, /code = '(\w+)'/g))).toEqual([]);
    expect(unnamed(text, wordsIn(await read('apps/dashboard/src/poster-routes.ts'), /code: '(\w+)'/g))).toEqual([]);
    for (const path of ['kie/src/exchange.ts', 'outbound/src/failure.ts', 'http/src/transport.ts'])
      expect(unnamed(text, wordsIn(await read(`packages/${path}`), /: '([A-Z_]+)',/g))).toEqual([]);
  });

  test('every class of error that a process or package throws', async () => {
    const text = await read('docs/errors.md');
    const sources = (await Promise.all(['packages', 'apps'].map((folder) => filesBelow(folder, '.ts')))).flat();
    const texts = await Promise.all(sources.filter((path) => path.includes('/src/')).map(read));
    const classes = texts.flatMap((source) => wordsIn(source, /^export class (\w+) extends Error\b/gm));
    // These never leave their package.
    const inner = new Set(['RunError', 'CliError', 'RenderingUnavailable']);
    expect(
      unnamed(
        text,
        classes.filter((name) => !inner.has(name)),
      ),
    ).toEqual([]);
  });

  test('exit codes of the command line', async () => {
    const [text, source] = await Promise.all([read('docs/errors.md'), read('apps/cli/src/exit.ts')]);
    const codes = [...source.matchAll(/^ {2}(\w+): (\d+),$/gm)];
    expect(codes.length).toBeGreaterThan(0);
    for (const [, name, code] of codes) expect(text).toContain(`| ${code} | \`${name}\` |`);
  });

  test('what the code checks of createTask, in the contract of Kie', async () => {
    const text = await read('docs/kie/api.md');
    expect(unnamed(text, [KLING_MODEL])).toEqual([]);
    expect(text).toContain(`one of ${KLING_DURATIONS.map((seconds) => `\`${seconds}\``).join(', ')} |`);
    expect(text).toContain(`at most ${PROMPT_LIMIT} characters`);
  });

  test('options of a request, for the producer and for jobs', async () => {
    for (const path of ['packages/producer/README.md', 'docs/payload.md', 'docs/http-api.md']) {
      expect(unnamed(await read(path), Object.keys(optionsSchema.shape))).toEqual([]);
    }
  });

  test.each(['packages/queue', 'packages/ledger'])('modules of %s in its README', async (folder) => {
    const modules = (await filesBelow(`${folder}/src`, '.ts')).map((path) => basename(path, '.ts'));
    const text = await read(`${folder}/README.md`);
    expect(
      unnamed(
        text,
        modules.filter((name) => name !== 'index'),
      ),
    ).toEqual([]);
  });

  test('scripts in the README of the ledger', async () => {
    expect(unnamed(await read('packages/ledger/README.md'), SCRIPT_NAMES)).toEqual([]);
  });

  /** The first page and the pages behind it. */
  async function architecture(): Promise<string> {
    const pages = ['docs/architecture.md', ...(await filesBelow('docs/architecture', '.md'))];
    return (await Promise.all(pages.map(read))).join('\n');
  }
});

test('every failure mode names its test, and each of these exists', async () => {
  const text = (await Promise.all((await filesBelow('docs/failure-modes', '.md')).map(read))).join('\n');
  const sections = text.split(/^## /m).slice(1);
  // Hostile input has a column for its tests.
  const without = sections.filter((section) => !/\*Tests?[*.]|\| test \|/.test(section));
  expect(without.map((section) => section.split('\n', 1)[0])).toEqual([]);
  const named = new Set([...text.matchAll(/`([^`\s]+\.test\.ts)`/g)].map(([, path = '']) => path));
  expect(named.size).toBeGreaterThan(50);
  const missing = [...named].filter((path) => !existsSync(join(ROOT, path)));
  expect(missing).toEqual([]);
});

test('the table of failure modes leads to each of the pages behind it', async () => {
  const table = await read('docs/failure-modes.md');
  for (const path of await filesBelow('docs/failure-modes', '.md')) {
    expect(table).toContain(`](${path.replace('docs/', '')}`);
  }
});

describe('links', async () => {
  const documents = await filesBelow('.', '.md');

  test.each(documents)('of %s lead somewhere', async (path) => {
    const text = withoutCode(await read(path));
    const broken: string[] = [];
    for (const link of wordsIn(text, /\]\(([^)\s]+)\)/g)) {
      if (!/^[a-z]+:/.test(link) && !(await leadsSomewhere(path, link))) broken.push(link);
    }
    expect(broken).toEqual([]);
  });

  async function leadsSomewhere(from: string, link: string): Promise<boolean> {
    const [file = '', anchor] = link.split('#');
    const path = file === '' ? from : relative(ROOT, resolve(ROOT, dirname(from), file));
    const text = await read(path).catch(() => undefined);
    if (text === undefined) return (await readdir(join(ROOT, path)).catch(() => undefined)) !== undefined;
    return anchor === undefined || anchorsOf(text).includes(anchor);
  }
});
