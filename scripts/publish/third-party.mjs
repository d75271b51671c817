import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './packages.mjs';

const OF_A_PACKAGE = /^(.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+)[/\\]/;

/**
 * Names, versions and licences of the libraries that are a part of a bundle, which their licences demand.
 * @param modules paths of its modules
 */
export function thirdParty(modules) {
  const folders = new Set(modules.flatMap((path) => OF_A_PACKAGE.exec(path)?.[1] ?? []));
  const parts = [...folders].map(describe).toSorted((a, b) => (a < b ? -1 : 1));
  return `Libraries that are a part of this package\n\n${parts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}

function describe(folder) {
  const { name, version, license } = readJson(join(folder, 'package.json'));
  if (license === undefined) throw new Error(`${name} ${version} names no licence`);
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return `${name} ${version} (${license})\n${text}`;
}
