import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseEnvironment } from '@kieq/config';
import { blocksIn } from '../support/code-blocks/blocks.ts';
import { read, wordsIn } from '../support/documents.ts';

/** What the first page promises about itself. Its examples are run by `packages/testkit/test/process/readme.test.ts`. */
const readme = await read('README.md');
const blocks = blocksIn('README.md', readme);

/** Everything between blanks counts: prose, tables with their lines, links, and code. */
function wordsOf(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}

test('has at most 1 200 words', () => {
  expect(wordsOf('one  two\n| three |\n')).toBe(5);
  expect(wordsOf(readme)).toBeLessThanOrEqual(1200);
});

test('each of its examples names the test that runs it, and so do its two commands in CI', async () => {
  const run = await read('packages/testkit/test/process/readme.test.ts');
  const named = blocks.flatMap(({ runs }) => runs ?? []);
  expect(named).toEqual(['http', 'client', 'producer', 'cli', 'webhook']);
  expect(wordsIn(run, /\bexample\('(\w+)'\)/g).toSorted()).toEqual(named.toSorted());
  const others = blocks.filter(({ runs }) => runs === undefined).map(({ language }) => language);
  expect(others).toEqual(['sh', 'env', 'sh']);
  const ci = await read('.ci/run');
  const commands = wordsIn(blocks[0]?.text ?? '', /^(npx -y pnpm@12 \w+)/gm);
  expect(commands).toHaveLength(2);
  for (const command of commands) expect(ci).toMatch(new RegExp(`^ *(timeout 120 )?${command}$`, 'm'));
});

test('the three variables of going live are enough', () => {
  const text = blocks.find(({ language }) => language === 'env')?.text ?? '';
  const given = Object.fromEntries(
    [...text.matchAll(/^(\w+)=(.+)$/gm)].map(([, key = '', value = '']) => [key, value]),
  );
  expect(Object.keys(given)).toEqual(['REDIS_URL', 'KIE_API_KEY', 'GATEWAY_API_KEYS']);
  const parsed = parseEnvironment(given, [
    'process',
    'redis',
    'kie',
    'pool',
    'files',
    'worker',
    'gateway',
    'dashboard',
  ]);
  expect(parsed.gatewayApiKeys).toHaveLength(1);
});

const results = z.object({
  command: z.string(),
  rows: z.array(
    z.object({
      scenario: z.string(),
      engine: z.string(),
      generations: z.number(),
      refused: z.number(),
      paidTwice: z.number(),
      paidNotDelivered: z.number(),
    }),
  ),
});

test('the figures of the other engines are the measured ones', async () => {
  const { command, rows } = results.parse(JSON.parse(await read('bench/results/peers.json')));
  const of = (scenario: string, engine: string) => {
    const row = rows.find((one) => one.scenario === scenario && one.engine === engine);
    if (row === undefined) throw new Error(`${scenario} of ${engine} was not measured`);
    return row;
  };
  const ENGINES = ['kieq, callbacks', 'BullMQ by its guides', 'pg-boss'];
  const cells = (start: string): string[] => {
    const line = readme.split('\n').find((one) => one.startsWith(`| ${start}`)) ?? '';
    return line
      .split('|')
      .slice(2, 5)
      .map((cell) => cell.trim());
  };
  const lost = (scenario: string): string[] =>
    ENGINES.map((engine, i) => {
      const { paidTwice, paidNotDelivered } = of(scenario, engine);
      const missing =
        i === 0 || paidNotDelivered > 0 ? `, ${paidNotDelivered} ${i === 0 ? 'lost' : 'paid and lost'}` : '';
      return `${paidTwice} paid twice${missing}`;
    });
  expect(cells('a crash')).toEqual(lost('kills'));
  expect(cells('a lost answer')).toEqual(lost('lost answers'));
  expect(cells('429s in a calm run')).toEqual(ENGINES.map((engine) => String(of('calm', engine).refused)));
  const held = [of('kills', 'kieq'), of('lost answers', 'kieq')];
  expect(held.map(({ paidTwice }) => paidTwice)).toEqual([0, 0]);
  expect(readme).toContain(
    `holds ${held[0]?.paidNotDelivered} generations after the crashes and ${held[1]?.paidNotDelivered} lost answers`,
  );
  expect(new Set(rows.map(({ generations }) => generations))).toEqual(new Set([300]));
  expect(readme).toContain(`\`${command.replace(/ --scale.*/, '')}\``);
});
