import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GENERATION_STATES } from '@kieq/domain';
import { SCRIPT_NAMES } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { filesBelow, read, ROOT, sorted, wordsIn } from '../support/documents.ts';
import { packagesPicture, type Module } from '../support/pictures/packages.ts';
import { paidCallPicture, STEPS } from '../support/pictures/paid-call.ts';
import { GROUPS, statesPicture } from '../support/pictures/states.ts';

/** The pictures of the documents are drawn from the code by `pnpm docs:write`, and fail here when they are stale. */
test.each([
  ['states', statesPicture()],
  ['paid-call', paidCallPicture()],
  ['packages', packagesPicture(await readdir(join(ROOT, 'apps')), await modules())],
])('docs/img/%s.svg is up to date', async (name, drawn) => {
  await expect(drawn).toMatchFileSnapshot(join(ROOT, `docs/img/${name}.svg`));
});

async function modules(): Promise<Module[]> {
  const ranges = z.record(z.string(), z.string()).default({});
  const manifest = z.object({ dependencies: ranges, devDependencies: ranges });
  // The command is made of the apps, which are above all packages.
  const names = (await readdir(join(ROOT, 'packages'))).filter((name) => name !== 'kieq');
  return Promise.all(
    names.map(async (name) => {
      const { dependencies, devDependencies } = manifest.parse(JSON.parse(await read(`packages/${name}/package.json`)));
      // What is published has ours among those of development, since they are a part of it; so has what only tests use.
      const { '@kieq/local-redis': _forTests, ...development } = devDependencies;
      const own = Object.keys({ ...dependencies, ...development }).filter((key) => key.startsWith('@kieq/'));
      return { name, uses: own.map((key) => key.slice('@kieq/'.length)) };
    }),
  );
}

describe('the picture of the states', () => {
  const moves = GROUPS.flatMap((group) => group.moves);

  test('has every state, and only scripts of the ledger', () => {
    expect(sorted(new Set(moves.flatMap(({ from, to }) => [...from, ...to])))).toEqual(sorted(GENERATION_STATES));
    expect(moves.filter(({ script }) => !SCRIPT_NAMES.some((name) => name === script))).toEqual([]);
  });

  test('has each state that a script enters by its own source, and each script that enters one', async () => {
    const drawn = new Set(moves.flatMap(({ script, to }) => to.map((state) => `${script} → ${state}`)));
    const missing: string[] = [];
    for (const path of await filesBelow('packages/ledger/lua', '.lua')) {
      // What libraries enter depends on the script that uses them.
      if (path.includes('/lib/')) continue;
      const targets = wordsIn(await read(path), /\benter\(record, (.+?), '\w+'/g).flatMap((target) =>
        wordsIn(target, /'(\w+)'/g),
      );
      for (const state of targets) {
        const move = `${basename(path, '.lua')} → ${state}`;
        if (!drawn.has(move)) missing.push(move);
      }
    }
    expect(missing).toEqual([]);
  });
});

test('the picture of a paid call has only scripts and states that exist', () => {
  const scripts = STEPS.flatMap(({ script }) => script ?? []);
  expect(scripts.filter((script) => !SCRIPT_NAMES.some((name) => name === script))).toEqual([]);
});
