import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SCRIPT_NAMES, scriptText } from '@kieq/ledger';
import { z } from 'zod';
import { shaOf, type Atlas } from './atlas.ts';

type Stretch = Atlas['modules'][string][number];

const ROOT = new URL('../../../../', import.meta.url);
const BUNDLES = ['worker', 'gateway'].map((app) => new URL(`apps/${app}/dist/main.js`, ROOT));

export function writeAtlas(path: string): void {
  const modules = Object.fromEntries(BUNDLES.map((bundle) => [bundle.href, modulesOf(bundle)]));
  writeFileSync(path, JSON.stringify({ scripts: scriptNames(), modules } satisfies Atlas));
}

const bullmqScripts = z.record(z.string(), z.object({ name: z.string(), content: z.string() }));

function scriptNames(): Record<string, string> {
  const ledger = SCRIPT_NAMES.map((name): [string, string] => [shaOf(scriptText(name)), name]);
  // BullMQ exports none of them.
  const loaded: unknown = createRequire(import.meta.url)('bullmq/dist/cjs/scripts/index.js');
  const bullmq = Object.values(bullmqScripts.parse({ ...Object(loaded) })).map(({ name, content }) => [
    shaOf(content),
    name,
  ]);
  return Object.fromEntries([...ledger, ...bullmq]);
}

const sourceMap = z.object({ sources: z.array(z.string()), mappings: z.string() });

/** A bundle is a row of whole modules, so the source of the first mapping of each line tells to which a line belongs. */
function modulesOf(bundle: URL): Stretch[] {
  const { sources, mappings } = sourceMap.parse(JSON.parse(readFileSync(new URL(`${bundle.href}.map`), 'utf8')));
  const stretches: Stretch[] = [];
  let source = 0;
  mappings.split(';').forEach((line, i) => {
    if (line === '') return;
    const segments = line.split(',');
    const first = source + (numbersOf(segments[0] ?? '')[1] ?? 0);
    for (const segment of segments) source += numbersOf(segment)[1] ?? 0;
    const name = new URL(sources[first] ?? '', bundle).href.slice(ROOT.href.length);
    if (stretches.at(-1)?.[1] !== name) stretches.push([i + 1, name]);
  });
  return stretches;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The numbers of one segment of a source map (base 64 VLQ): column, source, line, column, name. */
function numbersOf(segment: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits >= 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}
