import { afterEach, describe, expect, test, vi } from 'vitest';
import { textProblems } from '../../src/jobs/text-problems.ts';

afterEach(() => vi.restoreAllMocks());

/** The characters that go through expressions meanwhile: what the time goes into. */
function charactersLookedAt(work: () => void): number {
  const spies = [
    vi.spyOn(RegExp.prototype, 'test'),
    ...(['replace', 'replaceAll'] as const).map((name) => vi.spyOn(String.prototype, name)),
  ];
  work();
  const lengths = spies.map(({ mock }) =>
    mock.calls.map((args, i) => {
      const on: unknown = mock.contexts[i];
      const text: unknown = on instanceof RegExp ? args[0] : on;
      return typeof text === 'string' ? text.length : 0;
    }),
  );
  vi.restoreAllMocks();
  return lengths.flat().reduce((sum, length) => sum + length, 0);
}

const NAME = 'n'.repeat(100_000);
const FIELDS = 1500;
const under = (name: string, value: unknown): object => ({
  input: { [name]: Array.from({ length: FIELDS }, () => ({ a: value })) },
});

describe('textProblems', () => {
  test('reports the position of each half of a character', () => {
    expect(textProblems({ input: { prompt: 'a\ud800', 'b\udc00': [{ c: '\ud83d' }] } })).toMatchObject([
      { field: 'input.prompt', received: String.raw`"a\ud800"` },
      { field: 'input.b\ufffd', rule: 'must be named in whole characters' },
      { field: 'input.b\ufffd[0].c' },
    ]);
    expect(textProblems(['\ud800'], 'options')).toMatchObject([{ field: 'options[0]' }]);
    expect(textProblems('\ud800')).toMatchObject([{ field: '' }]);
    expect(textProblems({ prompt: 'a cat 🐈' })).toEqual([]);
  });

  test('checks a long name once, however many fields are within', () => {
    const value = under(NAME, 'fine');
    expect(charactersLookedAt(() => textProblems(value))).toBeLessThan(2 * NAME.length);
  });

  test('reports a long name in short, however much is wrong within', () => {
    const value = under(NAME, '\ud800');
    let problems: ReturnType<typeof textProblems> = [];
    expect(charactersLookedAt(() => (problems = textProblems(value)))).toBeLessThan(FIELDS * 2000);
    expect(problems).toHaveLength(FIELDS);
    expect(problems[7]?.field).toMatch(/^…n+\[7\]\.a$/);
    expect(Math.max(...problems.map(({ field }) => field.length))).toBe(200);
  });

  test('repeats no more of a long text than its start', () => {
    const [problem] = textProblems({ prompt: '\ud800'.repeat(100_000) });
    expect(problem?.received).toHaveLength(200);
  });
});
