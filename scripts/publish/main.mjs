#!/usr/bin/env node
// node scripts/publish/main.mjs [--dry-run] [<package>…]: packs published packages, by default all, and publishes their
// tarballs to npm. It refuses, with every reason and exit code 2, a commit that has no tag of its version (`pnpm tag`), and
// a working tree that is not that commit. With --dry-run npm checks and prints everything and sends nothing.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readJson, ROOT } from './packages.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'dry-run': { type: 'boolean', default: false } },
});
const { version, repository } = readJson(join(ROOT, 'package.json'));

const found = values['dry-run'] ? [] : problems();
if (found.length > 0) {
  process.stderr.write(`Nothing was published:\n${found.map((problem) => `- ${problem}\n`).join('')}`);
  process.exit(2);
}
const packed = execFileSync(process.execPath, [join(ROOT, 'scripts/publish/pack.mjs'), ...positionals], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
for (const tarball of packed.trim().split('\n')) {
  const options = values['dry-run'] ? ['--dry-run'] : provenance();
  execFileSync('npm', ['publish', tarball, '--access', 'public', ...options], { stdio: 'inherit' });
}

/** Why what would be packed is not the release of this version. */
function problems() {
  const isTagged = git('tag', '--points-at', 'HEAD').split('\n').includes(`v${version}`);
  const changes = git('status', '--porcelain').trimEnd();
  return [
    ...(isTagged ? [] : [`this commit has no tag v${version}; make it with: pnpm tag`]),
    ...(changes === '' ? [] : [`the working tree has changes that are not committed:\n${changes}`]),
  ];
}

/** npm attests where a package was built only in the CI of the repository that the manifest names. */
function provenance() {
  return repository !== undefined && process.env['CI'] !== undefined ? ['--provenance'] : [];
}

function git(...args) {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
}
