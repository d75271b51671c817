import { expect, test } from 'vitest';
import { judge, secondsOfChildren } from '../../../../scripts/test/cpu.mjs';

test("a shell's times: those of its children, in seconds", () => {
  expect(secondsOfChildren('0m0.01s 0m0.00s\n3m10.25s 1m0.50s\n')).toEqual({ user: 190.25, system: 60.5 });
  expect(() => secondsOfChildren('')).toThrow('not a time');
});

test.each([
  [100, false, /^CPU time: 100 times the calibration; kept: 100\.$/],
  [114, false, /kept: 100\.$/],
  [116, false, /Warning/],
  [139, false, /Warning/],
  [141, true, /fails/],
])('a suite that takes %i times the calibration where 100 is kept: fails %s', (ratio, fails, text) => {
  expect(judge(ratio, 100)).toEqual({ fails, text: expect.stringMatching(text) });
});
