import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { commandLines, runCli } from '../support.ts';

const run = promisify(execFile);

const SHELLS = ['bash', 'zsh', 'fish'];
/** Those of this machine: their scripts are run, the others are only read. */
const installed = SHELLS.filter((shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0);

/** How a shell prints its proposals for a line whose last word is being typed; zsh has none without a terminal. */
const QUESTIONS: Readonly<Record<string, (script: string, line: string) => string[]>> = {
  bash(script, line) {
    const words = line.split(' ');
    const ask = [
      script,
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
      `COMP_CWORD=${words.length - 1}`,
      '_kieq',
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ];
    return ['--norc', '-c', ask.join('\n')];
  },
  fish: (script, line) => [
    '--no-config',
    '-c',
    `${script}\ncomplete -C '${line}' | string replace -r '\\t.*' ''; true`,
  ],
};

async function proposals(shell: string, line: string): Promise<string[]> {
  const { stdout: script } = await runCli(['completion', shell], {});
  const { stdout } = await run(shell, QUESTIONS[shell]?.(script, line) ?? []);
  return stdout
    .split('\n')
    .filter((word) => word !== '')
    .toSorted();
}

describe.each(installed.filter((shell) => shell in QUESTIONS))('%s', (shell) => {
  it.each([
    ['kieq dlq ', ['ls', 'show', 'redrive', 'purge']],
    ['kieq dlq re', ['redrive']],
    ['kieq config ', ['get', 'set', 'apply']],
    ['kieq list --state su', ['submitting', 'succeeded']],
    ['kieq dlq redrive --class pay', ['payment_unknown']],
    ['kieq dlq redrive gen_1 --class pay', ['payment_unknown']],
    ['kieq resume key', ['key-cap']],
    ['kieq completion z', ['zsh']],
    ['kieq generate cat.jpg --duration 1', ['10', '15']],
    ['kieq result gen_1 -o package.j', ['package.json']],
    ['kieq generate package.j', ['package.json']],
    ['kieq list --limit ', []],
  ])('completes %j', async (line, expected) => {
    const found = await proposals(shell, line);
    expect(found.filter((word) => word !== '--help')).toEqual(expected.toSorted());
  });

  it('proposes every command at first', async () => {
    const names = new Set(commandLines().map(({ path }) => path.split(' ')[0]));
    expect(names.size).toBeGreaterThan(15);
    expect(await proposals(shell, 'kieq ')).toEqual(expect.arrayContaining([...names]));
  });
});

it.each(installed)('the script for %s has no error', async (shell) => {
  const { stdout: script } = await runCli(['completion', shell], {});
  expect(spawnSync(shell, ['-n', '-c', script], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

describe.each(SHELLS)('the script for %s', (shell) => {
  it('knows every command and every option of it', async () => {
    const { code, stdout } = await runCli(['completion', shell], {});
    expect(code).toBe(0);
    for (const { path, command } of commandLines()) {
      expect(stdout).toContain(`'${path}'`);
      for (const { long } of command.options) expect(stdout).toMatch(new RegExp(`${long}\\b`));
    }
  });

  it('is one document with --json', async () => {
    const { json } = await runCli(['completion', shell, '--json'], {});
    expect(json).toEqual({ shell, script: expect.stringContaining(`# Completion of kieq for ${shell}.`) });
  });
});

it('knows no other shell', async () => {
  expect(await runCli(['completion', 'tcsh'], {})).toMatchObject({ code: 2, stdout: '' });
});
