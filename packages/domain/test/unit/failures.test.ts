import { isTransientFailure } from '@kieq/domain';
import { expect, test } from 'vitest';

function failed(failMsg?: string) {
  const told = failMsg === undefined ? {} : { failMsg };
  return { state: 'fail', resultUrls: [], failCode: '500', creditsConsumed: 0, ...told } as const;
}

test.each(['Internal Error', 'internal error, please try again later', 'the server is busy'])(
  'transient: %s',
  (message) => {
    expect(isTransientFailure(failed(message))).toBe(true);
  },
);

test.each([
  'Content was flagged by the provider',
  'flagged as sensitive',
  'caught by our AI moderator, try again later',
  'copyright restrictions',
  'Invalid parameter: duration; internal error',
  'an unknown message',
  '',
  undefined,
])('final: %s', (message) => {
  expect(isTransientFailure(failed(message))).toBe(false);
});

test('a success is no failure, whatever it says', () => {
  expect(isTransientFailure({ state: 'success', resultUrls: ['https://x/v.mp4'], failMsg: 'Internal Error' })).toBe(
    false,
  );
});

// @guarantee G1
test('what may have cost something, or is only a code about the upstream, is never resubmitted automatically', () => {
  expect(isTransientFailure({ ...failed('Internal Error'), creditsConsumed: 55 })).toBe(false);
  expect(isTransientFailure({ ...failed('server is busy, try again later'), failCode: '408' })).toBe(false);
  expect(isTransientFailure({ ...failed('Internal Error'), creditsConsumed: 0 })).toBe(true);
});

// @guarantee G1
test('what Kie does not say the cost of is not free', () => {
  const { creditsConsumed: _free, ...silent } = failed('Internal Error');
  expect(isTransientFailure(silent)).toBe(false);
});
