import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../support/documents.ts';

interface Release {
  /** The version's tag. */
  readonly tagged: boolean;
  /** Files that are written after the commit. */
  readonly changed?: readonly string[];
}

/** Exit code and words of `pnpm publish:npm` in a repository of its own, whose pack script says so and fails. */
function publish({ tagged, changed = [] }: Release, ...args: string[]): [number | null, string] {
  const cwd = mkdtempSync(join(tmpdir(), 'kieq-publish-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  // Neither the user's settings nor the repository of the tests.
  const env = { PATH: process.env['PATH'], HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...command: string[]) => execFileSync('git', command, { cwd, env });
  cpSync(join(ROOT, 'scripts/publish'), join(cwd, 'scripts/publish'), { recursive: true });
  writeFileSync(join(cwd, 'scripts/publish/pack.mjs'), "process.stderr.write('It packs.'); process.exit(1);\n");
  writeFileSync(join(cwd, 'package.json'), '{ "version": "1.2.3" }');
  writeFileSync(join(cwd, '.gitignore'), 'dist-pack/\n');
  git('init', '--quiet');
  git('config', 'user.name', 'tester');
  git('config', 'user.email', 'tester@example.com');
  git('add', '.');
  git('commit', '--quiet', '--message', 'release');
  if (tagged) git('tag', 'v1.2.3');
  for (const file of changed) writeFileSync(join(cwd, file), '{ "version": "1.2.3", "private": true }');
  const script = join(cwd, 'scripts/publish/main.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd, env, encoding: 'utf8' });
  return [status, stdout + stderr];
}

test('pnpm publish:npm packs a commit that has the tag of its version and no changes', () => {
  expect(publish({ tagged: true })[1]).toContain('It packs.');
});

test.each([
  [{ tagged: false }, '- this commit has no tag v1.2.3; make it with: pnpm tag\n'],
  [
    { tagged: true, changed: ['package.json'] },
    '- the working tree has changes that are not committed:\n M package.json\n',
  ],
  [{ tagged: true, changed: ['new.ts'] }, '- the working tree has changes that are not committed:\n?? new.ts\n'],
] satisfies [Release, string][])('pnpm publish:npm refuses %j', (release, problem) => {
  expect(publish(release)).toEqual([2, `Nothing was published:\n${problem}`]);
});

test('pnpm publish:npm --dry-run packs any state of the repository, since it sends nothing', () => {
  expect(publish({ tagged: false, changed: ['new.ts'] }, '--dry-run')[1]).toContain('It packs.');
});
