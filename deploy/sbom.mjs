#!/usr/bin/env node
// node deploy/sbom.mjs <target folder> <app>...   as deploy/layout.sh does it, in the installed workspace.
// Writes sbom.cdx.json (CycloneDX 1.6) into the layout of each app: every package that is part of its bundle or installed next to
// it, with version, licence and the hash that the registry gives. Same layout, same file: it has no time and no number.
// Node and the packages of the base image are not in it: those belong to the image, and its builder lists them.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Our name for where a component is: `bundle` or `node_modules`. */
const PLACE = 'kieq:place';
/** A folder in which pnpm keeps a package: `@scope+name@1.2.3_peers`. */
const KEPT = /^(@?[^@]+)@(\d[^_]*)/;

/** What pnpm knows of all packages of the workspace, from the lockfile and its store. */
function inventory() {
  const args = ['-y', 'pnpm@12', '--silent', 'sbom', '--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6'];
  return JSON.parse(execFileSync('npx', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));
}

/** URLs of packages (`pkg:npm/…`) to the place where they are: the bundle, if they are in both. */
function placesIn(layout) {
  const installed = readdirSync(join(layout, 'node_modules/.pnpm')).map((folder) => [folder, 'node_modules']);
  const maps = readdirSync(join(layout, 'dist'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.map'),
  );
  const bundled = maps
    .flatMap((path) => JSON.parse(readFileSync(join(layout, 'dist', path), 'utf8')).sources)
    .map((source) => [/\/\.pnpm\/([^/]+)\//.exec(source)?.[1] ?? '', 'bundle']);
  const found = [...installed, ...bundled].flatMap(([folder, place]) => {
    const [, name, version] = KEPT.exec(folder) ?? [];
    return name === undefined ? [] : [[purlOf(name.replace('+', '/'), version), place]];
  });
  return new Map(found);
}

function purlOf(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** @throws Error where a package of the layout is not in the lockfile */
function describe(layout, { components, dependencies, ...document }) {
  const places = placesIn(layout);
  const { name, version, license, description } = JSON.parse(readFileSync(join(layout, 'package.json'), 'utf8'));
  const ref = purlOf(name, version);
  const known = new Set(components.map(({ purl }) => purl));
  const missing = [...places.keys()].filter((purl) => !known.has(purl));
  if (missing.length > 0) throw new Error(`the lockfile does not have ${missing.join(', ')} of ${layout}`);
  // pnpm gives them in a different order each time.
  const kept = components.filter(({ purl }) => places.has(purl)).toSorted((a, b) => compare(a.purl, b.purl));
  return {
    $schema: document.$schema,
    bomFormat: document.bomFormat,
    specVersion: document.specVersion,
    version: 1,
    metadata: {
      tools: document.metadata.tools,
      component: {
        type: 'application',
        name,
        version,
        description,
        'bom-ref': ref,
        purl: ref,
        licenses: [{ license: { id: license } }],
      },
    },
    components: kept.map((one) => ({ ...one, properties: [{ name: PLACE, value: places.get(one.purl) }] })),
    dependencies: [
      { ref, dependsOn: kept.map(({ purl }) => purl) },
      ...dependencies
        .filter((one) => places.has(one.ref))
        .map((one) => ({ ref: one.ref, dependsOn: one.dependsOn.filter((other) => places.has(other)).toSorted() }))
        .toSorted((a, b) => compare(a.ref, b.ref)),
    ],
  };
}

function compare(a, b) {
  return a < b ? -1 : 1;
}

const [target, ...apps] = process.argv.slice(2);
const all = inventory();
for (const app of apps) {
  const sbom = describe(join(target, app), all);
  writeFileSync(join(target, app, 'sbom.cdx.json'), `${JSON.stringify(sbom, undefined, 2)}\n`);
  process.stdout.write(`${join(target, app, 'sbom.cdx.json')}: ${sbom.components.length} packages\n`);
}
