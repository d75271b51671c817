import { describe, expect, test } from 'vitest';
import { allBlocks, blocksIn } from '../support/code-blocks/blocks.ts';
import { JUDGES } from '../support/code-blocks/judge.ts';
import { commandsIn } from '../support/code-blocks/shell.ts';

/**
 * Every fenced block of every document is checked by its language: code is a part of a file that is type-checked or
 * run, commands exist with these options, files, routes and variables exist, data can be parsed. The README's own
 * examples are run by `packages/testkit/test/process/readme.test.ts`.
 */
const blocks = await allBlocks();

async function problemsOf(markdown: string): Promise<string[]> {
  const found = blocksIn('README.md', markdown);
  expect(found).toHaveLength(1);
  const [block] = found;
  if (block === undefined) return [];
  return (await JUDGES[block.language]?.(block)) ?? ['no such language'];
}

test('every block has a language that is checked', () => {
  expect(blocks.length).toBeGreaterThan(100);
  const strange = blocks.filter(({ language }) => !(language in JUDGES));
  expect(strange.map(({ path, line, language }) => `${path}:${line}: ${language === '' ? 'none' : language}`)).toEqual(
    [],
  );
});

test.each(Object.keys(JUDGES))('every block of %s holds', async (language) => {
  const problems = await Promise.all(
    blocks
      .filter((block) => block.language === language)
      .map(async (block) => {
        const found = (await JUDGES[language]?.(block)) ?? [];
        return found.map((problem) => `${block.path}:${block.line}: ${problem}`);
      }),
  );
  expect(problems.flat()).toEqual([]);
});

describe('what is broken is found', () => {
  test.each([
    ['a script that does not exist', 'sh', 'pnpm demonstrate', 'pnpm demonstrate is no script'],
    ['an option that it has not', 'sh', 'npx -y pnpm@12 demo --quiet', 'pnpm demo has no --quiet'],
    ['a bench that does not exist', 'sh', 'npx -y pnpm@12 bench piers', 'bench has no piers'],
    ['a command of the CLI', 'sh', 'kieq dlq list', 'kieq dlq is no command'],
    ['an option of the CLI', 'sh', 'kieq list --stat=queued', 'kieq list has no --stat=queued'],
    ['an argument too many', 'sh', 'kieq show a b', 'kieq show does not take 2 arguments'],
    ['one too few', 'sh', 'npx kieq adopt gen_1', 'kieq adopt does not take 1 arguments'],
    ['a file', 'sh', 'node apps/wörker/dist/main.js', 'apps/wörker/src/main.ts is not there'],
    ['a command inside another one', 'sh', 'ID=$(kieq enquue); echo "$ID"', 'kieq enquue is no command'],
    ['a route', 'sh', 'curl -sS "$GATEWAY_URL/v1/generation/$ID"', 'GET /v1/generation/$ID is no route'],
    ['a method', 'sh', 'curl -X PUT http://127.0.0.1:8080/v1/generations', 'PUT /v1/generations is no route'],
    ['a target', 'sh', 'docker build --target cron .', 'the Dockerfile has no target cron'],
    ['a service', 'sh', 'docker compose up --scale wroker=4', 'docker-compose.yml has no service wroker'],
    ['a variable', 'sh', 'KIE_KEY=1 kieq list', 'KIE_KEY is no variable of kieq'],
    ['a program', 'sh', 'kiek list', 'kiek is not known here'],
    ['a package', 'sh', 'npm install @kieq/clients', 'packages/clients is not there'],
    ['a variable of a file', 'env', 'REDIS_URI=redis://127.0.0.1', 'REDIS_URI is no variable of kieq'],
    [
      'code that no file has',
      'ts',
      'const client = createClients();',
      expect.stringContaining('no part of an example'),
    ],
    ['a command without its language', 'text', 'pnpm demo', expect.stringContaining('needs its language')],
    ['a call that the gateway lacks', 'http', 'GET https://api.kie.ai/api/v2/x', 'GET /api/v2/x is no route'],
    ['an nginx that is not run', 'nginx', 'location /x/ {\n}', 'no test runs the nginx of /x/'],
  ])('%s', async (_, language, code, problem) => {
    expect(await problemsOf(`\`\`\`${language}\n${code}\n\`\`\`\n`)).toEqual([problem]);
  });

  test.each([
    ['a quotation without its end', 'sh', "kieq pause --reason 'lunch"],
    ['a placeholder that a shell reads as a file', 'sh', 'kieq adopt <generation> <taskId>'],
    ['an object without its end', 'json', '{"a": 1'],
    ['a key twice', 'yaml', 'a: 1\na: 2'],
    ['an event that is no JSON', 'console', 'event: end\ndata: {id}'],
  ])('%s', async (_, language, code) => {
    expect(await problemsOf(`\`\`\`${language}\n${code}\n\`\`\`\n`)).not.toEqual([]);
  });
});

test('a script is read as a shell reads it', () => {
  const script = `A=1 B='two words' kieq list --state queued | jq -r '.[].id' > ids.txt   # a comment\nif kieq status; then echo "$(kieq show "x y")"; fi\ncurl -d '{"a": "'"$IMAGE"'"}' \\\n  http://x/`;
  expect(
    commandsIn(script).map(({ assigned, words }) => [...assigned.map((pair) => pair.join('=')), ...words]),
  ).toEqual([
    ['A=1', 'B=two words', 'kieq', 'list', '--state', 'queued'],
    ['jq', '-r', '.[].id'],
    ['kieq', 'status'],
    ['echo', '$()'],
    ['curl', '-d', '{"a": "$IMAGE"}', 'http://x/'],
    ['kieq', 'show', 'x y'],
  ]);
});
