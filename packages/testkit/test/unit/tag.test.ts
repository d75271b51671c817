import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { differences } from '../../../../scripts/tag/places.mjs';
import { ROOT } from '../support/documents.ts';

const RELEASE = {
  'package.json': '{ "version": "1.2.3" }',
  'CHANGELOG.md': '## [Unreleased]\n\n## [1.2.3] - 2026-12-01\n',
  'UPGRADING.md': '## 1.2.3 (from 1.1.0)\n',
};

interface Repository {
  write(files: Readonly<Record<string, string>>): void;
  git(...args: string[]): string;
  /** `pnpm tag`: exit code and everything it wrote. */
  tag(...args: string[]): [number | null, string];
}

/** A temporary Git repository with one commit. */
function repository(files: Readonly<Record<string, string>>): Repository {
  const cwd = mkdtempSync(join(tmpdir(), 'kieq-tag-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  // Neither the user's settings nor the repository of the tests.
  const env = { PATH: process.env['PATH'], HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: string[]): string => execFileSync('git', args, { cwd, env, encoding: 'utf8' }).trim();
  const write: Repository['write'] = (more) => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true });
      writeFileSync(join(cwd, name), text);
    }
  };
  git('init', '--quiet');
  git('config', 'user.name', 'tester');
  git('config', 'user.email', 'tester@example.com');
  write(files);
  git('add', '.');
  git('commit', '--quiet', '--message', 'release');
  return {
    write,
    git,
    tag(...args) {
      const script = join(ROOT, 'scripts/tag.mjs');
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd, env, encoding: 'utf8' });
      return [status, stdout + stderr];
    },
  };
}

test('pnpm tag makes one annotated tag of the version', () => {
  const { git, tag } = repository(RELEASE);
  expect(tag('--dry-run')).toEqual([0, 'v1.2.3 can be made\n']);
  expect(git('tag', '--list')).toBe('');
  expect(tag()).toEqual([0, 'v1.2.3 was made; publish it: git push origin v1.2.3\n']);
  expect(git('cat-file', '-t', 'v1.2.3')).toBe('tag');
  expect(git('rev-parse', 'v1.2.3^{commit}')).toBe(git('rev-parse', 'HEAD'));
  expect(tag()).toEqual([2, 'v1.2.3 was not made:\n- the tag v1.2.3 exists\n']);
});

test.each([
  ['CHANGELOG.md', '## [Unreleased]\n', 'CHANGELOG.md has no section "## [1.2.3] - <date>"'],
  ['UPGRADING.md', '## Unreleased: 1.2.3 (from 1.1.0)\n', 'UPGRADING.md has no section "## 1.2.3 (from <version>)"'],
  ['package.json', '{ "version": "1.2.3-beta" }', 'package.json has the version 1.2.3-beta; it must be X.Y.Z'],
])('pnpm tag refuses: %s has %s', (file, text, problem) => {
  const { git, tag } = repository({ ...RELEASE, [file]: text });
  const [code, output] = tag();
  expect([code, git('tag', '--list')]).toEqual([2, '']);
  expect(output).toContain(`- ${problem}\n`);
});

test('pnpm tag refuses changes that are not committed', () => {
  const { write, git, tag } = repository(RELEASE);
  write({ 'new.txt': '' });
  expect(tag()).toEqual([2, 'v1.2.3 was not made:\n- the working tree has changes that are not committed\n']);
  expect(git('tag', '--list')).toBe('');
});

test.each([
  ['apps/cli/package.json', '{ "version": "1.2.2" }', '1.2.2 as version'],
  ['packages/domain/src/version.ts', "export const VERSION = '1.2.2';", '1.2.2 as version'],
  ['deploy/helm/kieq/Chart.yaml', 'version: 1.2.2\nappVersion: 1.2.3\n', '1.2.2 as version'],
  ['deploy/helm/kieq/Chart.yaml', 'version: 1.2.3\nappVersion: 1.2.2\n', '1.2.2 as appVersion'],
  ['deploy/docker-bake.json', '{ "VERSION": { "default": "1.2.2" } }', '1.2.2 as VERSION'],
  ['Dockerfile', 'LABEL org.opencontainers.image.version="1.2.2"', '1.2.2 as label of the version'],
  ['deploy/kubernetes/overlays/example/kustomization.yaml', 'newTag: 1.2.3\nnewTag: 1.2.2\n', '1.2.2 as newTag'],
  ['packages/client/CHANGELOG.md', '# Changelog\n\n## 1.2.2\n\n## 1.2.3\n', '1.2.2 as newest section'],
  ['docs/openapi.json', '{\n  "info": {\n    "version": "1.2.2"\n', '1.2.2 as version'],
  ['docs/getting-started.md', 'npm install ./dist-pack/kieq-bull-board-1.2.2.tgz', '1.2.2 as name of a tarball'],
])('pnpm tag refuses another version in %s: %j', (file, text, problem) => {
  const { tag } = repository({ ...RELEASE, [file]: text });
  expect(tag('--dry-run')).toEqual([2, `v1.2.3 was not made:\n- ${file} has ${problem}; it must be 1.2.3\n`]);
});

test('every place of this repository names its version', () => {
  const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  const { version }: { version: string } = JSON.parse(readText('package.json'));
  expect(differences(files, readText, version)).toEqual([]);
  // Each is found: with another version all of them differ.
  const problems: string[] = differences(files, readText, '0.0.0');
  const places = problems.map((problem) => problem.split(' ')[0]);
  for (const path of ['Dockerfile', 'README.md', 'deploy/docker-bake.json', 'packages/client/CHANGELOG.md'])
    expect(places).toContain(path);
});
