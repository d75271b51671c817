#!/usr/bin/env node
// node scripts/publish/pack.mjs [--out <folder>] [<package>…]: packs published packages, by default all, such as
// `producer`. It builds each into `<out>/<package>`, writes the manifest that is published there, and packs that folder
// to `<out>/<name>-<version>.tgz`. Prints the path of each tarball. The default folder is dist-pack.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPublished } from './build.mjs';
import { publishedText } from './documents.mjs';
import { publishedManifest } from './manifest.mjs';
import { folderOf, PUBLISHED, ROOT } from './packages.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: join(ROOT, 'dist-pack') } },
});
const out = resolve(values.out);
for (const name of positionals.length > 0 ? positionals : PUBLISHED)
  process.stdout.write(`${await pack(folderOf(name), join(out, name))}\n`);

/** @returns path of the tarball */
async function pack(folder, staging) {
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(join(staging, 'dist'), { recursive: true });
  const manifest = publishedManifest(folder);
  await buildPublished(folder, staging, installedWith(manifest));
  writeFileSync(join(staging, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const ownChanges = join(folder, 'CHANGELOG.md');
  const changes = existsSync(ownChanges) ? ownChanges : join(ROOT, 'CHANGELOG.md');
  for (const path of [join(folder, 'README.md'), changes])
    writeFileSync(join(staging, basename(path)), publishedText(readFileSync(path, 'utf8')));
  copyFileSync(join(ROOT, 'LICENSE'), join(staging, 'LICENSE'));
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out], {
    cwd: staging,
    encoding: 'utf8',
  });
  return join(out, fileNameOf(packed));
}

/** Names of the packages that are, or may be, installed next to it. */
function installedWith({ dependencies, optionalDependencies, peerDependencies }) {
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
}

/** npm 10 and 11 print a list; 12 prints an object by name. */
function fileNameOf(printed) {
  const [{ filename }] = Object.values(JSON.parse(printed));
  return filename;
}
