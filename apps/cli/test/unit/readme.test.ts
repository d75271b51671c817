import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { commandTree } from '../../src/completion/command-tree.ts';
import { CHECKS } from '../../src/doctor/finding.ts';
import { EXIT } from '../../src/exit.ts';
import { programOf } from '../../src/run.ts';
import { Output } from '../../src/output.ts';
import type { Io } from '../../src/io.ts';
import { runCli } from '../support.ts';

const README = join(import.meta.dirname, '../../README.md');

const silent = { write: () => undefined };
const io: Io = {
  stdout: silent,
  stderr: silent,
  stdin: Readable.from(''),
  isTTY: false,
  onInterrupt: () => () => undefined,
};

/** Keeps the README in step with the program. */
describe('the README', async () => {
  const text = await readFile(README, 'utf8');
  const tree = commandTree(programOf({ env: {}, io, out: new Output(io, {}) }));
  const commands = tree.filter(({ path, children }) => path !== '' && children.length === 0);

  it.each(commands.map(({ path, options }) => ({ path, options })))('has a row for kieq $path', ({ path }) => {
    expect(text).toMatch(new RegExp(`^\\| .*\`${path}[ \`\\\\]`, 'm'));
  });

  it('names every option', () => {
    const flags = new Set(commands.flatMap(({ options }) => options.flatMap((option) => option.flags)));
    expect(flags.size).toBeGreaterThan(20);
    expect([...flags].filter((flag) => !new RegExp(`${flag}\\b`).test(text))).toEqual([]);
  });

  it('has a row for every exit code, and the help names each', async () => {
    const [, help = ''] = (await runCli(['--help'], {})).stdout.split('Exit codes:');
    for (const code of Object.values(EXIT)) {
      expect(text).toMatch(new RegExp(`^\\| ${code} \\| `, 'm'));
      expect(help).toMatch(new RegExp(`\\b${code}\\b`));
    }
  });

  it('has a row for every check of the doctor', () => {
    for (const check of CHECKS) expect(text).toContain(`| \`${check}\` |`);
  });
});
