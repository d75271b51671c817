import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MUTANTS } from '../model/mutants.ts';

const LUA = new URL('../../lua/', import.meta.url);
const sources = readdirSync(LUA, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.lua'))
  .map((name) => readFileSync(new URL(name, LUA), 'utf8'));

// A check whose text has changed would be left in place, and the campaign would break nothing.
test.each(MUTANTS)('the check of the mutant stands in the scripts: $without', ({ from }) => {
  expect(sources.some((source) => source.includes(from))).toBe(true);
});
