import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, ROOT } from './packages.mjs';

/** Libraries whose packages hold no text of their licence, which is MIT: who has the copyright, as the library says. */
const MIT_BY_COPYRIGHT = {
  '@bull-board/api': 'Copyright (c) 2019 Vitor Capretz (capretzvitor@gmail.com)',
  '@bull-board/fastify': 'Copyright (c) 2019 Vitor Capretz (capretzvitor@gmail.com)',
  '@bull-board/ui': 'Copyright (c) 2019 Vitor Capretz (capretzvitor@gmail.com)',
  'abstract-logging': 'Copyright (c) James Sumners <james.sumners@gmail.com>',
  'redis-info': 'Copyright (c) 2019 Francois-Guillaume Ribreau (npm@fgribreau.com)',
};
/** The words of the MIT licence after its copyright: those of our own. */
const MIT = readFileSync(join(ROOT, 'LICENSE'), 'utf8').replace(/^[\s\S]*?(?=Permission is hereby granted)/, '');

const OF_A_PACKAGE = /^(.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+)[/\\]/;

/**
 * Names, versions and licences of the libraries that are a part of a bundle, which their licences demand.
 * @param modules paths of its modules
 * @throws Error where a library has no text of its licence
 */
export function thirdParty(modules) {
  const folders = new Set(modules.flatMap((path) => OF_A_PACKAGE.exec(path)?.[1] ?? []));
  const parts = [...folders].map(describe).toSorted((a, b) => (a < b ? -1 : 1));
  return `Libraries that are a part of this package\n\n${parts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}

function describe(folder) {
  const { name, version, license } = readJson(join(folder, 'package.json'));
  if (license === undefined) throw new Error(`${name} ${version} names no licence`);
  const texts = textsIn(folder);
  if (texts.length === 0) texts.push(knownText(name, version, license));
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}

/** The licence, and what an Apache licence demands next to it. */
function textsIn(folder) {
  const files = readdirSync(folder).filter((one) => /^(?:licen[cs]e|notice)/i.test(one));
  return files.toSorted().map((file) => readFileSync(join(folder, file), 'utf8').trim());
}

function knownText(name, version, license) {
  const copyright = MIT_BY_COPYRIGHT[name];
  if (copyright === undefined || license !== 'MIT')
    throw new Error(
      `${name} ${version} (${license}) ships no text of its licence: add it in scripts/publish/third-party.mjs`,
    );
  return `${copyright}\n\n${MIT.trim()}`;
}
