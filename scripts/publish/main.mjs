#!/usr/bin/env node
// node scripts/publish/main.mjs [--dry-run] [<package>…]: packs published packages, by default all, and publishes their
// tarballs to npm. What npm has in this version is left out, so that the command can be repeated after it has stopped half
// way. It refuses, with every reason and exit code 2, a commit that has no tag of its version (`pnpm tag`), and
// a working tree that is not that commit. With --dry-run npm checks and prints everything and sends nothing.
import { execFileSync, spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
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
  if (!values['dry-run'] && isPublished(tarball)) {
    process.stdout.write(`npm has ${basename(tarball)} already\n`);
    continue;
  }
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

/** Whether npm has this version of the package; a version that is there can never be published again. */
function isPublished(tarball) {
  const { name, version: packedVersion } = JSON.parse(
    execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }),
  );
  const { status, stdout, stderr } = spawnSync('npm', ['view', `${name}@${packedVersion}`, 'version'], {
    encoding: 'utf8',
  });
  if (status !== 0 && !stderr.includes('E404'))
    throw new Error(`npm does not tell whether it has ${name} ${packedVersion}:\n${stderr}`);
  return stdout.trim() === packedVersion;
}

/** npm attests where a package was built only in the CI of the repository that the manifest names. */
function provenance() {
  return repository !== undefined && process.env['CI'] !== undefined ? ['--provenance'] : [];
}

function git(...args) {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
}
