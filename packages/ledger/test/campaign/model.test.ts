import { describe, expect, test } from 'vitest';
import { playMany } from '../model/campaign.ts';
import { MUTANTS, mutationOf } from '../model/mutants.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 300);
const SEED = Number(process.env['MODEL_SEED'] ?? 1);
/** Enough for each broken check to show, most within the first few; the seed is fixed, so that it always does. */
const MUTANT = { runs: 3000, seed: 3 };
/** A history takes a tenth of a second, on a busy machine half of one. */
const patience = (runs: number) => ({ timeout: 60_000 + 600 * runs });

const server = await privateRedis();

test('thousands of random histories go as the model says', patience(RUNS), async () => {
  const { failure, histories, calls, answers } = await playMany({ url: server.url, runs: RUNS, seed: SEED });
  process.stdout.write(`${JSON.stringify({ seed: SEED, histories, calls, differentAnswers: answers.size })}\n`);
  expect(failure).toBeUndefined();
});

describe('the ledger without one of its checks', () => {
  test.each(MUTANTS)('is found out: $without', patience(MUTANT.runs), async (mutant) => {
    const broken = await playMany({ url: server.url, ...MUTANT, mutate: mutationOf(mutant), isShrunk: false });
    expect(broken.failure).toBeDefined();
    // It is the history that fails, and not the script that no longer compiles.
    expect(broken.failure).not.toContain('ERR ');
  });

  test('is found out by a history that a person can read', patience(MUTANT.runs), async () => {
    const mutant = MUTANTS.find(({ without }) => without === 'refuse: an older attempt frees a newer');
    if (mutant === undefined) throw new Error('no such check');
    const { failure = '' } = await playMany({ url: server.url, ...MUTANT, mutate: mutationOf(mutant) });
    process.stdout.write(`${failure}\n`);
    expect(failure.split('\n').length).toBeLessThan(35);
    expect(failure).toMatch(/refuse gen_\d token-\d+ .* → queued/);
  });
});
