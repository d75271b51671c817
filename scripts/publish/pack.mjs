#!/usr/bin/env node
// node scripts/publish/pack.mjs [--out <folder>] [<package>…]: packs published packages, by default all, such as
// `producer`. It bundles each into `<out>/<package>`, writes the manifest that is published there, and packs that folder
// to `<out>/<name>-<version>.tgz`. Prints the path of each tarball. The default folder is dist-pack.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleLibrary } from '../bundle/library.mjs';
import { withoutRelativeLinks } from './documents.mjs';
import { publishedManifest } from './manifest.mjs';
import { folderOf, PUBLISHED, ROOT } from './packages.mjs';
import { leaveOutForeignSources } from './source-maps.mjs';
import { thirdParty } from './third-party.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: join(ROOT, 'dist-pack') } },
});
const out = resolve(values.out);
for (const name of positionals.length > 0 ? positionals : PUBLISHED)
  process.stdout.write(`${await pack(folderOf(name), join(out, name))}\n`);

/** @returns path of the tarball */
async function pack(folder, staging) {
  const dir = join(staging, 'dist');
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const manifest = publishedManifest(folder);
  const installed = Object.keys(manifest.dependencies);
  const modules = await bundleLibrary({ entry: join(folder, 'src/index.ts'), dir, installed });
  for (const file of ['index.js.map', 'index.cjs.map']) leaveOutForeignSources(join(dir, file));
  writeFileSync(join(staging, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(staging, 'THIRD-PARTY.txt'), thirdParty(modules));
  for (const path of [join(folder, 'README.md'), join(ROOT, 'CHANGELOG.md')])
    writeFileSync(join(staging, basename(path)), withoutRelativeLinks(readFileSync(path, 'utf8')));
  copyFileSync(join(ROOT, 'LICENSE'), join(staging, 'LICENSE'));
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out], {
    cwd: staging,
    encoding: 'utf8',
  });
  return join(out, fileNameOf(packed));
}

/** npm 10 and 11 print a list; 12 prints an object by name. */
function fileNameOf(printed) {
  const [{ filename }] = Object.values(JSON.parse(printed));
  return filename;
}
