#!/usr/bin/env node
// pnpm tag [--dry-run]: makes the annotated tag vX.Y.Z of package.json's version on the current commit of the working
// directory's repository. It refuses, with every reason and exit code 2, unless the release is written down and committed.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { differences } from './tag/places.mjs';

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const tag = `v${version}`;

/** What a release needs, and what is said where it is missing. */
function problems() {
  return [
    /^\d+\.\d+\.\d+$/.test(version) || `package.json has the version ${version}; it must be X.Y.Z`,
    hasHeading('CHANGELOG.md', `[${version}] - `) || `CHANGELOG.md has no section "## [${version}] - <date>"`,
    hasHeading('UPGRADING.md', `${version} (from `) || `UPGRADING.md has no section "## ${version} (from <version>)"`,
    ...differences(git('ls-files').split('\n'), (path) => readFileSync(path, 'utf8'), version),
    git('status', '--porcelain') === '' || 'the working tree has changes that are not committed',
    git('tag', '--list', tag) === '' || `the tag ${tag} exists`,
  ].filter((problem) => problem !== true);
}

function hasHeading(path, start) {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.some((line) => line.startsWith(`## ${start}`));
}

const found = problems();
if (found.length > 0) {
  process.stderr.write(`${tag} was not made:\n${found.map((problem) => `- ${problem}\n`).join('')}`);
  process.exit(2);
}
if (!values['dry-run']) git('tag', '--annotate', tag, '--message', `kieq ${version}`);
process.stdout.write(
  values['dry-run'] ? `${tag} can be made\n` : `${tag} was made; publish it: git push origin ${tag}\n`,
);
