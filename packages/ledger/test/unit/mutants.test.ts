import { expect, test } from 'vitest';
import { SCRIPT_NAMES } from '../../src/contract/index.ts';
import { scriptText } from '../../src/scripts.ts';
import { MUTANTS } from '../model/mutants.ts';

const sources = SCRIPT_NAMES.map((name) => scriptText(name));

// A check whose text has changed would not be removed, and the campaign would break nothing.
test.each(MUTANTS)('the check of the mutant is in the scripts: $without', ({ from }) => {
  expect(sources.some((source) => source.includes(from))).toBe(true);
});
