import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support.ts';

const run = promisify(execFile);

/** What bash proposes for a line whose last word is being typed. */
async function proposals(line: string): Promise<string[]> {
  const { stdout: script } = await runCli(['completion', 'bash'], {});
  const words = line.split(' ');
  const ask = [
    script,
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length - 1}`,
    '_kieq',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ];
  const { stdout } = await run('bash', ['--norc', '-c', ask.join('\n')]);
  return stdout.trimEnd().split('\n');
}

describe('bash', () => {
  it.each([
    ['kieq dlq ', ['ls', 'show', 'redrive', 'purge', '--help']],
    ['kieq dlq re', ['redrive']],
    ['kieq config ', ['get', 'set', 'apply', '--help']],
    ['kieq list --state su', ['submitting', 'succeeded']],
    ['kieq dlq redrive --class pay', ['payment_unknown']],
    ['kieq dlq redrive gen_1 --class pay', ['payment_unknown']],
    ['kieq resume key', ['key-cap']],
    ['kieq completion z', ['zsh']],
    ['kieq generate cat.jpg --duration 1', ['10', '15']],
    ['kieq result gen_1 -o package.j', ['package.json']],
    ['kieq generate package.j', ['package.json']],
    ['kieq list --limit ', ['']],
  ])('completes %j', async (line, expected) => {
    expect(await proposals(line)).toEqual(expected);
  });

  it('proposes every command at first', async () => {
    const { stdout } = await runCli(['--help'], {});
    const commands = [...(/Commands:\n([\s\S]*?)\n\n/.exec(stdout)?.[1] ?? '').matchAll(/^ {2}(\w+) /gm)];
    const names = commands.map(([, name]) => name).filter((name) => name !== 'help');
    expect(names.length).toBeGreaterThan(15);
    expect(await proposals('kieq ')).toEqual(expect.arrayContaining(names));
  });
});

describe.each(['bash', 'zsh', 'fish'])('the script for %s', (shell) => {
  it('knows every command and every option of it', async () => {
    const { code, stdout } = await runCli(['completion', shell], {});
    expect(code).toBe(0);
    for (const command of ['dlq redrive', 'config apply', 'generate', 'watch', 'doctor', 'stats']) {
      const help = (await runCli([...command.split(' '), '--help'], {})).stdout;
      const options = [...help.matchAll(/ --([\w-]+)/g)].map(([, name = '']) => name);
      expect(options).toContain('json');
      expect(stdout).toContain(`'${command}'`);
      for (const name of options) expect(stdout).toMatch(new RegExp(`(--| -l )${name}\\b`));
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
