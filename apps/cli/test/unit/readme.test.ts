import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/doctor/finding.ts';
import { EXIT } from '../../src/exit.ts';
import { runCli } from '../support.ts';

const README = join(import.meta.dirname, '../../README.md');

/** Keeps the README in step with the program; `pnpm docs:write` writes its table of commands. */
describe('the README', async () => {
  const text = await readFile(README, 'utf8');
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
