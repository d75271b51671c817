import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failed, REQUEST, unknown } from '../generations.ts';
import { NO_WORKER, testPool, type TestPool } from '../support.ts';

const ESC = '\u001B';
const RED = `${ESC}[31m`;
const BACK = `\r${ESC}[2K`;

let pool: TestPool;
beforeEach(async () => {
  pool = await testPool('cli-terminal');
});
afterEach(() => pool.cleanup());

const lines = (count: number): string =>
  Array.from({ length: count }, () => JSON.stringify({ request: REQUEST })).join('\n');

describe('colours', () => {
  it('are there on a terminal, and columns stay aligned', async () => {
    await failed(pool.ledger, 'task-1');
    await unknown(pool.ledger);
    const { stdout } = await pool.run(['list'], { columns: 120 });
    expect(stdout).toContain(`${RED}failed (generation_failed)${ESC}[39m`);
    expect(stdout).toContain(`${ESC}[33munknown${ESC}[39m`);
    const withoutAges = (text: string): string => text.replaceAll(/\S+$/gm, '');
    const plain = withoutAges(stripVTControlCharacters(stdout));
    expect(plain).toBe(withoutAges((await pool.run(['list'])).stdout));
  });

  it.each([
    ['NO_COLOR', { env: { NO_COLOR: '1' }, columns: 120 }],
    ['a dumb terminal', { env: { TERM: 'dumb' }, columns: 120 }],
    ['a pipe', {}],
  ])('are not there with %s', async (_why, options) => {
    await failed(pool.ledger, 'task-1');
    const { stdout } = await pool.run(['list'], options);
    expect(stdout).toContain('failed (generation_failed)');
    expect(stdout).not.toContain(ESC);
  });

  it('are never in JSON, and an empty NO_COLOR means nothing', async () => {
    await failed(pool.ledger, 'task-1');
    expect((await pool.run(['list', '--json'], { columns: 120 })).stdout).not.toContain(ESC);
    expect((await pool.run(['list'], { columns: 120, env: { NO_COLOR: '' } })).stdout).toContain(RED);
  });

  it('let no other text steer the terminal', async () => {
    await pool.ledger.gates.pause(`${ESC}[2J${ESC}]0;title\u0007boo`);
    const { stdout } = await pool.run(['status'], { columns: 120 });
    expect(stdout).toContain(`${RED}paused`);
    expect(stdout).toContain(String.raw`\u001b[2J\u001b]0;title\u0007boo`);
  });

  it('shows what turns text around as escapes, in every form, and leaves pictures and scripts whole', async () => {
    const foreign = 'a\u202Eb\u2066c\u200Bd 👩🏽\u200D💻 می\u200Cخواهم';
    await pool.ledger.gates.pause(foreign);
    const shown = String.raw`a\u202eb\u2066c\u200bd 👩🏽‍💻 می‌خواهم`;
    for (const options of [{}, { columns: 120 }]) expect((await pool.run(['status'], options)).stdout).toContain(shown);
    const json = await pool.run(['status', '--json']);
    expect(json.stdout).not.toMatch(/\p{Cf}/u);
    expect(JSON.stringify(json.json)).toContain(foreign);
    const mistyped = await pool.run([`no-such\u202Ecommand`]);
    expect(mistyped.stderr).toContain(String.raw`no-such\u202ecommand`);
  });

  it('mark an error', async () => {
    const { stderr } = await pool.run(['show', 'gen_0000000000'], { columns: 120 });
    expect(stderr).toContain(`${RED}kieq:${ESC}[39m there is no generation`);
  });
});

describe('the bar of enqueue --from', () => {
  it('grows on a terminal and is gone at the end', async () => {
    const { code, stdout, stderr } = await pool.run(['enqueue', '--from', '-'], { piped: lines(450), columns: 120 });
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(450);
    const shown = [...stderr.matchAll(/(\d+)\/450 {2}(\d+) %/g)].map(([, done, percent]) => `${done} ${percent}`);
    expect([...new Set(shown)]).toEqual(['200 44', '400 88', '450 100']);
    expect(stderr.endsWith(`${BACK}450 enqueued, 0 existed already, 0 not enqueued.\n`)).toBe(true);
  });

  it('is not there in a pipe', async () => {
    const { stderr } = await pool.run(['enqueue', '--from', '-'], { piped: lines(3) });
    expect(stderr.replace(NO_WORKER, '')).toBe('3 enqueued, 0 existed already, 0 not enqueued.\n');
  });
});

it('enqueue --from stops between two batches on SIGINT and tells what is enqueued', async () => {
  const { code, json, stderr } = await pool.run(['enqueue', '--from', '-', '--json'], {
    piped: lines(450),
    columns: 120,
    interrupt: '200/450',
  });
  expect(code).toBe(130);
  expect(json).toHaveLength(200);
  expect(stderr).toContain('200 enqueued, 0 existed already, 250 not enqueued.');
  expect(stderr).toContain('interrupted: of 450 requests the first 200 are enqueued');
  expect((await pool.ledger.read.stateCounts()).queued).toBe(200);
});
