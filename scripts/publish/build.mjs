import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleLibrary } from '../bundle/library.mjs';
import { entryOf, moreOf, ownBuildOf } from './packages.mjs';
import { leaveOutForeignSources } from './source-maps.mjs';
import { thirdParty } from './third-party.mjs';

/**
 * Builds what a published package ships into `<staging>/dist`: by its own script where it has one, else as a bundle, and
 * then next to it `THIRD-PARTY.txt`, the libraries that are a part of the bundle. A package that builds itself has none.
 * @param folder of the package
 * @param staging has an empty folder `dist`
 * @param installed names of the packages that are installed next to it
 */
export async function buildPublished(folder, staging, installed) {
  const dir = join(staging, 'dist');
  const own = ownBuildOf(folder);
  if (own !== undefined) {
    execFileSync(process.execPath, [own, dir], { stdio: ['ignore', 2, 2] });
    return;
  }
  const modules = await bundleLibrary({ entry: entryOf(folder), more: moreOf(folder).entries, dir, installed });
  const maps = readdirSync(dir).filter((name) => name.endsWith('.map'));
  for (const map of maps) leaveOutForeignSources(join(dir, map));
  writeFileSync(join(staging, 'THIRD-PARTY.txt'), thirdParty(modules));
}
