import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { changedSince, writeSources } from '../../../../scripts/bundle/sources.mjs';

const ROOT = join(import.meta.dirname, '../../../..');
const LUA_FILES = join(ROOT, 'packages/ledger/src/lua-files.ts');

/** A package within the repository that was bundled of these modules. */
function bundled(...moduleIds: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'kieq-bundled-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeSources(folder, 'dist', [{ moduleIds }]);
  return folder;
}

test('a bundle is as new as its sources until one of them changes or goes', () => {
  const sources = mkdtempSync(join(ROOT, '.kieq-sources-'));
  onTestFinished(() => rmSync(sources, { recursive: true, force: true }));
  const source = join(sources, 'a.ts');
  writeFileSync(source, 'one');
  const folder = bundled(source, LUA_FILES, join(ROOT, 'node_modules/of-somebody-else.js'), 'virtual:of-the-bundler');
  expect(changedSince(folder)).toBeUndefined();
  writeFileSync(source, 'two');
  expect(changedSince(folder)).toBe(relative(ROOT, source));
  rmSync(source);
  expect(changedSince(folder)).toBe(relative(ROOT, source));
});

test('the module that brings the Lua files represents all of them', () => {
  const folder = bundled(LUA_FILES);
  const kept: unknown = JSON.parse(readFileSync(join(folder, 'dist/sources/dist.json'), 'utf8'));
  expect(kept).toMatchObject({
    'packages/ledger/src/lua-files.ts': expect.any(String),
    'packages/ledger/lua/admit.lua': expect.any(String),
    'packages/ledger/lua/lib/base.lua': expect.any(String),
  });
});

test('without bundles there is nothing to compare', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kieq-bundled-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(() => changedSince(folder)).toThrow(/ENOENT/);
});
