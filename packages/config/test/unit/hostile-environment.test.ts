import { ConfigError, ENVIRONMENT, parseEnvironment, secretValues, type Group } from '@kieq/config';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holds } from '../../../testkit/test/fuzz/holds.ts';
import { hostileText, runOf } from '../../../testkit/test/fuzz/text.ts';

const SEED = 20_263;
const RUNS = 1500;
/** A busy machine takes its time; a search without end takes minutes. */
const PATIENCE_MS = 2000;
/** What Linux takes as one variable. */
const LONGEST = 131_000;

const GROUPS = [...new Set(ENVIRONMENT.map(({ group }) => group))];
const NEEDED = { REDIS_URL: 'redis://localhost', KIE_API_KEY: 'kie-key' };
/** Nothing else that is said of a wrong environment contains it. */
const SECRET = 'hunter2-hunter2';

/** Credentials where they belong, and in the wrong place: for any key. */
const credentials = fc.constantFrom(
  `redis://user:${SECRET}@`,
  `https://user:${SECRET}@collector.example`,
  `https://${SECRET}@collector.example/path`,
  `https://user:${SECRET}/@collector.example/path`,
  `s3://key:${SECRET}@bucket`,
  `rediss+sentinel://:${SECRET}@a b`,
);
/** For keys whose value is a secret as a whole. */
const bareSecret = fc.constantFrom(`${SECRET} `, `${SECRET}:tenant:tenant`, `${SECRET}\n`, `key=${SECRET},%`, SECRET);
const NUMBERS = ['0', '-0', '1e3', '0x10', ' 5', '5\n', '１', '9'.repeat(400), '0.0', '.5', 'Infinity', '2147483648'];
const WORDS = [
  'TRUE',
  'false ',
  'none',
  'fsync',
  'replica:0',
  'replica:٣',
  'key:*',
  ':',
  '=',
  ',',
  'a=b,',
  'a=%ff',
  'info\u0000',
];
const PLACES = ['{', '{}', '{a}', 'a:{b}:c', '127.0.0.1', '::1', '[', '0.0.0.0'];
const URLS = [
  'http://',
  'https://[',
  'http://%',
  '//h',
  'file://',
  'file:///%00',
  'file:///%2F',
  's3://a',
  's3://bucket/../x',
  'redis://[::1',
];
/** What is right for some key, or nearly. */
const almost = fc.constantFrom(...NUMBERS, ...WORDS, ...PLACES, ...URLS);
/** Beginnings and ends between which a careless pattern searches backwards and forwards. */
const long = fc
  .tuple(
    fc.constantFrom('', 'redis://', 'https://h', 'http://', 's3://bucket/', 'file:///', '{', 'a=', 'key:'),
    fc.constantFrom('a', '/', ':', '@', ' ', ',', '{', '%', '=', '0', 'a=b,', 'k:t,', '?sentinelPassword='),
    fc.constantFrom('', ' ', 'x', '\n', '@', '}'),
  )
  .map(([start, middle, end]) => start + runOf(middle, LONGEST) + end);

const value = fc.oneof(
  { weight: 6, arbitrary: hostileText },
  { weight: 6, arbitrary: almost },
  { weight: 4, arbitrary: credentials },
  { weight: 1, arbitrary: long },
);
const key = fc.constantFrom(...ENVIRONMENT.map((entry) => entry.key));
const secretKey = fc.constantFrom(...ENVIRONMENT.filter(({ secret }) => secret).map((entry) => entry.key));
const environment = fc
  .tuple(
    fc.dictionary(key, value, { minKeys: 1, maxKeys: 5 }),
    fc.dictionary(secretKey, fc.oneof(bareSecret, credentials), { maxKeys: 2 }),
  )
  .map(([any, secrets]) => ({ ...any, ...secrets }));
const groups = fc.subarray(GROUPS, { minLength: 1 });

/** The environment that was read, or what is wrong with it; anything else is thrown. */
function read(env: Readonly<Record<string, string>>, asked: readonly Group[]): object {
  try {
    return parseEnvironment({ ...NEEDED, ...env }, asked);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

describe('any values for any keys', () => {
  // @guarantee G7
  test('are read, or refused by key, rule and value; no secret is shown, and no read takes long', async () => {
    const outcomes = new Set<boolean>();
    const property = fc.asyncProperty(environment, groups, async (env, asked) => {
      const startedAt = performance.now();
      const outcome = read(env, asked);
      // The logger of a process that starts asks for them, whether or not the values make sense.
      expect(secretValues(env).every((one) => one !== '')).toBe(true);
      expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS);
      outcomes.add(outcome instanceof ConfigError);
      if (outcome instanceof ConfigError) tellsWhatIsWrong(outcome, env);
    });
    await holds(property, { seed: SEED, runs: RUNS });
    expect(outcomes).toEqual(new Set([true, false]));
  });
});

function tellsWhatIsWrong(error: ConfigError, env: Readonly<Record<string, string>>): void {
  const { message, problems } = error;
  expect(problems.length).toBeGreaterThan(0);
  expect(message).not.toContain(SECRET);
  for (const problem of problems) {
    const entry = ENVIRONMENT.find((one) => one.key === problem.key);
    expect(message).toContain(`${problem.key} ${problem.rule}; received `);
    if (entry?.secret === true) expect(problem.received ?? '***').toBe('***');
    else if (!env[problem.key]?.includes('//')) expect(problem.received).toBe(shown(env[problem.key]));
  }
}

function shown(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
